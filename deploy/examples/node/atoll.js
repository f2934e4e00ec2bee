// A small Atoll client for Node.js: gRPC by the .proto files, values to and from JavaScript, errors with their reason.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

const PROTOS = fileURLToPath(new URL('../../../proto/src/main/proto', import.meta.url));
const DEADLINE_MS = 10_000;

/** Connects to a router: HOST:PORT, and a token as `./atoll token` prints it. */
export function connect(endpoint, token, credentials = grpc.credentials.createInsecure()) {
  const definition = loadSync(['atoll/v1/database.proto', 'atoll/v1/instance.proto'], {
    includeDirs: [PROTOS],
    longs: String, // int64 is wider than a JavaScript number
    oneofs: true,
    defaults: true,
  });
  const { atoll } = grpc.loadPackageDefinition(definition);
  const database = new atoll.v1.DatabaseService(endpoint, credentials);
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${token}`);

  const call = (method, request) =>
    new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + DEADLINE_MS };
      database[method](request, metadata, options, (error, reply) =>
        error ? reject(withReason(error)) : resolve(reply),
      );
    });

  return {
    /** One instance: `instance('user', 'alice')`, or `instance('catalog')` for a single one. */
    instance: (namespace, id = '') => ({
      /** Rows of one SELECT, as objects. */
      async query(sql, ...parameters) {
        const reply = await call('query', {
          instance: { namespace, id },
          operations: [{ sql: statement(sql, parameters) }],
        });
        return rows(reply.results[0]);
      },

      /** Runs [sql, ...parameters] lists in one transaction; safe to send again with the same requestId. */
      async mutate(statements, requestId = uuidv7()) {
        const reply = await call('mutate', {
          instance: { namespace, id },
          operations: statements.map(([sql, ...parameters]) => ({ sql: statement(sql, parameters) })),
          requestId,
        });
        return { bookmark: reply.bookmark, replayed: reply.replayed, results: reply.results };
      },

      /** Yields rows one by one; however many there are, few of them are in memory at once. */
      async *stream(sql, ...parameters) {
        const stream = database.queryStream(
          { instance: { namespace, id }, operations: [{ sql: statement(sql, parameters) }] },
          metadata,
          { deadline: Date.now() + DEADLINE_MS },
        );
        let columns = [];
        try {
          for await (const message of stream) {
            if (message.part === 'columns') columns = message.columns.columns;
            if (message.part === 'rows') yield* rows({ columns, rows: message.rows.rows });
          }
        } catch (error) {
          throw withReason(error);
        } finally {
          stream.cancel();
        }
      },
    }),
    close: () => database.close(),
  };
}

function statement(sql, parameters) {
  return { sql, parameters: parameters.map(toValue) };
}

function toValue(value) {
  if (value === null || value === undefined) return {};
  if (typeof value === 'boolean') return { boolean: value };
  if (typeof value === 'bigint') return { integer: value.toString() };
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { integer: value } : { real: value };
  if (value instanceof Uint8Array) return { blob: value };
  return { text: String(value) };
}

function fromValue(value) {
  switch (value.kind) {
    case 'integer': {
      const exact = BigInt(value.integer);
      return exact >= Number.MIN_SAFE_INTEGER && exact <= Number.MAX_SAFE_INTEGER ? Number(exact) : exact;
    }
    case undefined:
    case 'null':
      return null;
    default:
      return value[value.kind];
  }
}

function rows({ columns, rows }) {
  return rows.map((row) =>
    Object.fromEntries(columns.map((column, i) => [column.name, fromValue(row.values[i])])),
  );
}

/** Adds `reason`: one of docs/errors.md; undefined means that the outcome is unknown. */
function withReason(error) {
  const details = error.metadata?.get('grpc-status-details-bin')[0];
  error.reason = details && reasonIn(details);
  return error;
}

// google.rpc.Status { details = 3: Any { type_url = 1, value = 2: ErrorInfo { reason = 1 } } }
function reasonIn(status) {
  for (const any of fields(status, 3)) {
    const [type] = fields(any, 1);
    if (type?.toString().endsWith('/google.rpc.ErrorInfo')) {
      return fields(fields(any, 2)[0], 1)[0].toString();
    }
  }
  return undefined;
}

// The length-delimited fields of that number in a protobuf message.
function fields(message, wanted) {
  const found = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const wire = tag & 7;
    if (wire === 0) {
      varint();
    } else if (wire === 2) {
      const end = varint() + at;
      if (Math.floor(tag / 8) === wanted) found.push(message.subarray(at, end));
      at = end;
    } else {
      at += wire === 1 ? 8 : 4;
    }
  }
  return found;
}

/** A UUIDv7: milliseconds since 1970, then chance. */
export function uuidv7() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}
