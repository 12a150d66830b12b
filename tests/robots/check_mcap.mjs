// Reads a recording with another implementation of MCAP, that of its makers, and says what it found: with the index, and
// from beginning to end. Each message must be JSON and come both ways, and every checksum must agree.
//
//   npm install @mcap/core          # in the folder where the next line is said
//   node PATH/TO/check_mcap.mjs FILE.mcap
//
// Ends with 1 where something is wrong. No test runs it, for Node.js is not among what sinew needs.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { McapIndexedReader, McapStreamReader } = createRequire(process.cwd() + "/")("@mcap/core");
const bytes = new Uint8Array(readFileSync(process.argv[2]));
const text = new TextDecoder("utf-8", { fatal: true });

function fail(what) {
  console.error(what);
  process.exit(1);
}

function count(messages, channels) {
  const counts = new Map();
  for (const message of messages) {
    const channel = channels.get(message.channelId);
    JSON.parse(text.decode(message.data));
    counts.set(channel.topic, (counts.get(channel.topic) ?? 0) + 1);
  }
  return counts;
}

// From beginning to end.
const stream = new McapStreamReader({ validateCrcs: true });
const channels = new Map();
const schemas = new Map();
const streamed = [];
stream.append(bytes);
for (let record; (record = stream.nextRecord()); ) {
  if (record.type === "Schema") schemas.set(record.id, record);
  if (record.type === "Channel") channels.set(record.id, record);
  if (record.type === "Message") streamed.push(record);
}
if (!stream.done()) fail("the stream does not end as it should");

// With the index.
const readable = {
  size: async () => BigInt(bytes.length),
  read: async (offset, size) => bytes.slice(Number(offset), Number(offset + size)),
};
const indexed = await McapIndexedReader.Initialize({ readable });
const found = [];
for await (const message of indexed.readMessages({ validateCrcs: true })) found.push(message);

const counts = count(streamed, channels);
const indexed_counts = count(found, indexed.channelsById);
for (const channel of channels.values()) {
  const schema = schemas.get(channel.schemaId);
  JSON.parse(text.decode(schema.data));
  const messages = counts.get(channel.topic) ?? 0;
  console.log(`${channel.topic}: ${messages} messages, ${channel.messageEncoding}, schema ${schema.name} (${schema.encoding})`);
  if (messages !== (indexed_counts.get(channel.topic) ?? 0)) fail("the index finds other messages");
  if (BigInt(messages) !== indexed.statistics.channelMessageCounts.get(channel.id)) fail("the statistics differ");
}
if (BigInt(streamed.length) !== indexed.statistics.messageCount) fail("the statistics differ");
if (indexed.chunkIndexes.length !== indexed.statistics.chunkCount) fail("the statistics differ in their chunks");
console.log(`${streamed.length} messages, the same with the index; ${indexed.chunkIndexes.length} chunks; all checksums agree`);
