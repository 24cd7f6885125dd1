"""Writes a hundred records and reads those of all three, with librdkafka."""
import collections
import sys
import time

from confluent_kafka import Consumer, Producer

broker = sys.argv[1]
producer = Producer({"bootstrap.servers": broker, "enable.idempotence": True})
for n in range(100):
    producer.produce("shared", key=f"python-{n}", value="python")
producer.flush()

consumer = Consumer(
    {"bootstrap.servers": broker, "group.id": "python", "auto.offset.reset": "earliest"}
)
consumer.subscribe(["shared"])
seen = collections.Counter()
deadline = time.monotonic() + 180
while sum(seen.values()) < 300 and time.monotonic() < deadline:
    message = consumer.poll(1.0)
    if message is not None and message.error() is None:
        seen[message.value().decode()] += 1
consumer.close()
print("python has read", dict(sorted(seen.items())), flush=True)
sys.exit(0 if sum(seen.values()) == 300 else 1)
