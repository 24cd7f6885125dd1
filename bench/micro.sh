#!/usr/bin/env bash
# Runs the JMH benchmarks of milena.bench; arguments are JMH's (micro.sh ProduceBench.validate -prof gc).
set -euo pipefail
cd "$(dirname "$0")/.."
# Without its classes they are compiled again, this time with the generator.
rm -rf target/test-classes/milena/bench
mvn -q -B -Pmicro -Dspotless.check.skip=true test-compile \
  dependency:build-classpath -Dmdep.outputFile=target/micro.classpath -Dmdep.includeScope=test
exec java -cp "target/classes:target/test-classes:$(cat target/micro.classpath)" org.openjdk.jmh.Main "$@"
