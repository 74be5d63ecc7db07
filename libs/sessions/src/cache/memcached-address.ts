import type { MemcachedAddress } from './memcached-connection.js';

const DEFAULT_PORT = 11_211;

/** Reads Django's LOCATION: `host:port`, `host`, `[::1]:port`, `unix:/path` or `/path`. Throws `TypeError`. */
export function memcachedAddress(location: string): MemcachedAddress {
  const path = /^(?:unix:)?(?<path>\/.+)$/.exec(location)?.groups?.['path'];
  if (path) return { path };
  const match = /^(?:memcached:\/\/)?(?:\[(?<six>[\da-f:.]+)\]|(?<host>[^\s:/,;]+))(?::(?<port>\d{1,5}))?$/i.exec(
    location,
  );
  const { six, host, port } = match?.groups ?? {};
  const name = six ?? host;
  if (name === undefined || Number(port ?? 1) > 65_535 || Number(port ?? 1) === 0) {
    throw new TypeError(
      `Memcached's location must be one server, as "127.0.0.1:11211" or "unix:/path/to/socket"; got ${JSON.stringify(location)}`,
    );
  }
  return { host: name, port: Number(port ?? DEFAULT_PORT) };
}
