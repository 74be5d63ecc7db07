// Shops of one process, each with sessions of its own kind. Says at which address each one is.
import 'reflect-metadata';
import { startExpressSession, startFastifySession, type PeerDescription } from './peers.js';
import { type OurDescription, startOurs } from './ours.js';

export type ShopDescription = (OurDescription | PeerDescription) & { name: string };

const urls: Record<string, string> = {};
for (const shop of JSON.parse(process.argv[2]!) as ShopDescription[]) {
  urls[shop.name] = await start(shop);
}
console.log(JSON.stringify(urls));

function start(shop: ShopDescription): Promise<string> {
  switch (shop.library) {
    case 'ours':
      return startOurs(shop);
    case 'express-session':
      return startExpressSession(shop);
    case '@fastify/session':
      return startFastifySession(shop);
  }
}
