// kafkajs against one broker: make a topic, produce to it, read it as a group, look at what was
// committed. Prints one JSON object for the test that runs it; fails with a stack trace otherwise.
'use strict';

const assert = require('node:assert');
const { Kafka, CompressionTypes, logLevel } = require('kafkajs');

const [broker, topic] = process.argv.slice(2);
const group = `${topic}-group`;
const count = 200;
const kafka = new Kafka({ clientId: 'round-trip', brokers: [broker], logLevel: logLevel.ERROR });

async function produce() {
  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  for (const compression of [CompressionTypes.None, CompressionTypes.GZIP]) {
    await producer.send({
      topic,
      acks: -1,
      compression,
      messages: Array.from({ length: count / 2 }, (_, i) => ({
        key: `k${i}`,
        value: `${compression}-${i}`,
        headers: { number: String(i) },
      })),
    });
  }
  await producer.disconnect();
}

async function consume() {
  const consumer = kafka.consumer({ groupId: group, sessionTimeout: 120000, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const values = [];
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, (event) => reject(event.payload.error));
    consumer
      .run({
        eachMessage: async ({ message }) => {
          assert.strictEqual(message.key.toString(), `k${message.headers.number}`);
          values.push(message.value.toString());
          if (values.length === count) resolve();
        },
      })
      .catch(reject);
  });
  // Disconnecting commits what was read.
  await consumer.disconnect();
  return values;
}

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
  await produce();
  const values = await consume();
  assert.strictEqual(new Set(values).size, count);
  const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const ends = await admin.fetchTopicOffsets(topic);
  const { groups } = await admin.describeGroups([group]);
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  await admin.deleteGroups([group]);
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  const sum = (partitions) => partitions.reduce((total, p) => total + Number(p.offset), 0);
  console.log(
    JSON.stringify({
      read: values.length,
      committed: sum(committed.partitions),
      end: sum(ends),
      state: groups[0].state,
      partitions: topics[0].partitions.length,
    }),
  );
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
