import { describe } from '@jest/globals';
import { faultCases } from './fault-cases.js';
import { fileStore, mountSmallDisk } from './support/file-store.js';

(mountSmallDisk() ? describe : describe.skip)('sessions in files', () => {
  faultCases({ open: fileStore, hasServer: false, canBeFull: true });
});
