package milena.common.config;

import static milena.common.config.Setting.flag;
import static milena.common.config.Setting.integer;
import static milena.common.config.Setting.list;
import static milena.common.config.Setting.real;
import static milena.common.config.Setting.secret;
import static milena.common.config.Setting.small;
import static milena.common.config.Setting.text;
import static milena.common.config.Setting.type;
import static milena.common.config.Setting.wide;

import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef.CaseInsensitiveValidString;

/** SASL, which no listener serves yet: all of it is known and none of it has an effect. */
final class SaslSettings {
  private static final String WHY = "listeners with SASL are not served yet";

  private SaslSettings() {}

  static List<Setting> all() {
    return Stream.of(mechanisms(), login(), tokens(), assertions())
        .flatMap(List::stream)
        .map(setting -> setting.idle(WHY))
        .toList();
  }

  private static List<Setting> mechanisms() {
    return List.of(
        list("sasl.enabled.mechanisms", "GSSAPI").perBroker().doc("The mechanisms offered."),
        text("sasl.mechanism.inter.broker.protocol", "GSSAPI")
            .perBroker()
            .doc("The mechanism between brokers."),
        text("sasl.mechanism.controller.protocol", "GSSAPI")
            .high()
            .doc("The mechanism towards controllers."),
        secret("sasl.jaas.config").perBroker().doc("The login modules and their options."),
        type("sasl.server.callback.handler.class", null)
            .doc("The plug-in that checks clients' credentials."),
        type("sasl.client.callback.handler.class", null)
            .doc("The plug-in that supplies a client's credentials."),
        integer("sasl.server.max.receive.size", 524_288)
            .doc("The largest message of a client that has not authenticated yet."),
        text("sasl.kerberos.service.name", null).perBroker().doc("The broker's Kerberos name."),
        text("sasl.kerberos.kinit.cmd", "/usr/bin/kinit").perBroker().doc("The kinit command."),
        list("sasl.kerberos.principal.to.local.rules", "DEFAULT")
            .perBroker()
            .doc("How a Kerberos principal becomes a short name."),
        wide("sasl.kerberos.min.time.before.relogin", 60_000L)
            .perBroker()
            .doc("The shortest time between two Kerberos logins."),
        real("sasl.kerberos.ticket.renew.jitter", 0.05)
            .perBroker()
            .doc("By how much renewals are spread."),
        real("sasl.kerberos.ticket.renew.window.factor", 0.8)
            .perBroker()
            .doc("The share of a ticket's life after which it is renewed."));
  }

  private static List<Setting> login() {
    return List.of(
        type("sasl.login.class", null).doc("The plug-in that logs in."),
        type("sasl.login.callback.handler.class", null).doc("The plug-in that a login asks."),
        integer("sasl.login.connect.timeout.ms", null)
            .low()
            .doc("How long a login waits for its connection."),
        integer("sasl.login.read.timeout.ms", null)
            .low()
            .doc("How long a login waits for an answer."),
        wide("sasl.login.retry.backoff.ms", 100L).low().doc("The pause after a failed login."),
        wide("sasl.login.retry.backoff.max.ms", 10_000L).low().doc("The longest such pause."),
        small("sasl.login.refresh.buffer.seconds", 300)
            .perBroker()
            .doc("How long before a token's end it is refreshed at the latest."),
        small("sasl.login.refresh.min.period.seconds", 60)
            .perBroker()
            .doc("The shortest time between two refreshes."),
        real("sasl.login.refresh.window.factor", 0.8)
            .perBroker()
            .doc("The share of a token's life after which it is refreshed."),
        real("sasl.login.refresh.window.jitter", 0.05)
            .perBroker()
            .doc("By how much refreshes are spread."));
  }

  private static List<Setting> tokens() {
    String oauth = "sasl.oauthbearer.";
    return List.of(
        text(oauth + "token.endpoint.url", null).doc("Where tokens are asked for."),
        text(oauth + "client.credentials.client.id", null).doc("The id to ask with."),
        secret(oauth + "client.credentials.client.secret").doc("The secret to ask with."),
        text(oauth + "scope", null).doc("The scope to ask for."),
        text(oauth + "scope.claim.name", "scope").low().doc("The claim that holds the scope."),
        text(oauth + "sub.claim.name", "sub").low().doc("The claim that holds the subject."),
        list(oauth + "expected.audience").high().doc("The audiences that a token may be for."),
        text(oauth + "expected.issuer", null).high().doc("Who must have issued a token."),
        integer(oauth + "clock.skew.seconds", 30).low().doc("How far clocks may differ."),
        text(oauth + "jwks.endpoint.url", null).doc("Where the issuer's keys are found."),
        wide(oauth + "jwks.endpoint.refresh.ms", 3_600_000L).low().doc("How often they are read."),
        wide(oauth + "jwks.endpoint.retry.backoff.ms", 100L)
            .low()
            .doc("The pause after they could not be read."),
        wide(oauth + "jwks.endpoint.retry.backoff.max.ms", 10_000L)
            .low()
            .doc("The longest such pause."),
        type(
                oauth + "jwt.retriever.class",
                "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever")
            .doc("The plug-in that gets tokens."),
        type(
                oauth + "jwt.validator.class",
                "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator")
            .doc("The plug-in that checks tokens."));
  }

  private static List<Setting> assertions() {
    String assertion = "sasl.oauthbearer.assertion.";
    return List.of(
        text(assertion + "file", null).doc("A file with a ready assertion."),
        text(assertion + "template.file", null).doc("A file with an assertion's fixed parts."),
        text(assertion + "private.key.file", null).doc("The key that signs assertions."),
        secret(assertion + "private.key.passphrase").doc("The password of that key."),
        text(assertion + "algorithm", "RS256")
            .valid(CaseInsensitiveValidString.in("ES256", "RS256"))
            .doc("The algorithm that signs assertions."),
        text(assertion + "claim.iss", null).doc("The issuer that an assertion names."),
        text(assertion + "claim.sub", null).doc("The subject that an assertion names."),
        text(assertion + "claim.aud", null).doc("The audience that an assertion names."),
        integer(assertion + "claim.exp.seconds", 300)
            .between(0, 86_400)
            .low()
            .doc("How long an assertion is good for."),
        integer(assertion + "claim.nbf.seconds", 60)
            .between(0, 3600)
            .low()
            .doc("By how much an assertion is dated back."),
        flag(assertion + "claim.jti.include", false)
            .doc("Whether an assertion carries an id of its own."));
  }
}
