// Writes a hundred records and reads those of all three, with kafkajs.
const { Kafka, Partitioners, logLevel } = require('kafkajs')

async function main(broker) {
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.ERROR })
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  const messages = [...Array(100).keys()].map((n) => ({ key: `node-${n}`, value: 'node' }))
  await producer.send({ topic: 'shared', messages })
  await producer.disconnect()

  const consumer = kafka.consumer({ groupId: 'node' })
  await consumer.connect()
  await consumer.subscribe({ topic: 'shared', fromBeginning: true })
  const seen = {}
  let count = 0
  await new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`only ${count} records came`)), 180000).unref()
    consumer.run({
      eachMessage: async ({ message }) => {
        const from = message.value.toString()
        seen[from] = (seen[from] || 0) + 1
        if (++count === 300) resolve()
      },
    })
  })
  await consumer.disconnect()
  console.log('node has read', JSON.stringify(seen))
}

main(process.argv[2]).catch((e) => {
  console.error(e)
  process.exit(1)
})
