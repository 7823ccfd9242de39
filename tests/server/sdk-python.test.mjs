// Pulumi's SDK for Python, unchanged, against `claimgate serve`: sdk.py calls each of its operations.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import * as environments from './environments.mjs';

const python = process.env.ESC_SDK_PYTHON;
const skip = python ? false : 'set ESC_SDK_PYTHON to a Python with pulumi-esc-sdk; `cargo xtask test clients --full` does';

let world;

before(async () => {
  if (!skip) world = await environments.start();
});

after(() => world?.stop());

test('every operation of pulumi-esc-sdk leads to what is expected', { skip }, async () => {
  const child = spawn(python, ['-B', join(import.meta.dirname, 'sdk.py')], {
    env: {
      PATH: process.env.PATH,
      HOME: world.folder,
      PULUMI_BACKEND_URL: world.server.url,
      PULUMI_ACCESS_TOKEN: await environments.accessToken(world),
      AUTHORITY: world.server.authority,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 300_000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { output += data; });
  const status = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(status, 0, output);
  assert.match(output, /^Ran 10 tests/m);
});
