// Writes and reads the notes of user:alice. Needs ATOLL_ENDPOINT and ATOLL_TOKEN; see README.md.
import { connect, uuidv7 } from './atoll.js';

const endpoint = process.env.ATOLL_ENDPOINT ?? '127.0.0.1:7400';
const token = process.env.ATOLL_TOKEN;
if (!token) {
  console.error("ATOLL_TOKEN is not set (expected: what ./atoll token --service example prints)");
  process.exit(2);
}

const client = connect(endpoint, token);
const alice = client.instance('user', 'alice');

// The first write creates the database.
await alice.mutate([
  ['CREATE TABLE IF NOT EXISTS notes(id INTEGER PRIMARY KEY, text TEXT NOT NULL, stars INTEGER)'],
  ['DELETE FROM notes'],
  ['INSERT INTO notes(text, stars) VALUES (?, ?), (?, ?)', 'buy fish', 3, 'feed the cat', 5],
]);
for (const row of await alice.query('SELECT text, stars FROM notes WHERE stars >= ? ORDER BY id', 3)) {
  console.log(`${row.text}: ${row.stars}`);
}

// The same request id again has no second effect.
const once = uuidv7();
await alice.mutate([['INSERT INTO notes(text) VALUES (?)', 'sleep']], once);
const again = await alice.mutate([['INSERT INTO notes(text) VALUES (?)', 'sleep']], once);
const [{ n }] = await alice.query('SELECT count(*) AS n FROM notes');
console.log(`replayed: ${again.replayed}, notes: ${n}`);

// Errors carry a reason, and a failed Mutate leaves nothing behind.
try {
  await alice.mutate([
    ['INSERT INTO notes(text) VALUES (?)', 'never stored'],
    ['INSERT INTO notes(text) VALUES (NULL)'],
  ]);
} catch (error) {
  console.log(`refused: ${error.reason}`);
}

// A stream of any length.
let sum = 0;
for await (const row of alice.stream(
  'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 1000) SELECT x FROM c',
)) {
  sum += row.x;
}
console.log(`streamed: ${sum}`);

client.close();
