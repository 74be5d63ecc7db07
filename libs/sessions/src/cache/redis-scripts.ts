import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';

/** A step that Redis has no command for, run on the server as one. */
export interface RedisScript {
  lua: string;
  sha: string;
}

/** PX of 0: the deadline is past, so that nothing may be left to read. */
const WRITE = `local function write(key, value, px)
  if px == '0' then redis.call('DEL', key) else redis.call('SET', key, value, 'PX', px) end
end
`;

/** KEYS: key. ARGV: the bytes that must be there, the new ones, PX. 1: done, 0: something else is there. */
export const COMPARE_AND_SET = script(`${WRITE}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
write(KEYS[1], ARGV[2], ARGV[3])
return 1`);

/**
 * KEYS: from, to. ARGV: the new bytes, PX, and perhaps the bytes that must be there. 1: done, 0: gone, 2: taken.
 * The client sends it again when the connection was lost, and its answer with it: what is under `to` then is our own.
 */
export const MOVE = script(`${WRITE}
local held = redis.call('GET', KEYS[1])
if not held and redis.call('GET', KEYS[2]) == ARGV[1] then return 1 end
if not held or (ARGV[3] and held ~= ARGV[3]) then return 0 end
if redis.call('EXISTS', KEYS[2]) == 1 then return 2 end
write(KEYS[2], ARGV[1], ARGV[2])
redis.call('DEL', KEYS[1])
return 1`);

/** KEYS: from, to. ARGV: what MOVE has put under `to`, PX, and what was under `from`. As if it had not been asked. */
export const MOVE_BACK = script(`${WRITE}
if redis.call('GET', KEYS[2]) ~= ARGV[1] or redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
write(KEYS[1], ARGV[3], ARGV[2])
redis.call('DEL', KEYS[2])
return 1`);

/**
 * Runs a script by its digest, and sends its text only to a server that does not know it yet. Not by
 * `defineCommand`: the client may be the application's, and no method of ours belongs on it.
 */
export async function runScript(
  client: Redis | Cluster,
  { lua, sha }: RedisScript,
  keys: string[],
  args: (string | Buffer)[],
): Promise<unknown> {
  try {
    return await client.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error as Error).message.startsWith('NOSCRIPT')) throw error;
    return client.eval(lua, keys.length, ...keys, ...args);
  }
}

function script(lua: string): RedisScript {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}
