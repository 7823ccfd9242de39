// OpenBao as a process, a real server compatible with Vault, over TLS and with its storage on disk.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, fetch } from 'undici';

import { localhost } from './certificates.mjs';
import { freePort } from './ports.mjs';

export const program = process.env.BAO;
export const skip = program ? false : 'set BAO to the program `bao` of OpenBao; `cargo xtask test clients --full` does';

/** Starts OpenBao with a certificate of that authority and its files in that folder; initializes and unseals it. */
export async function start(trusted, folder) {
  const { cert, key } = await localhost(trusted);
  const file = (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const data = join(folder, 'raft');
  mkdirSync(data);
  const url = `https://localhost:${await freePort()}`;
  const config = file('bao.hcl', `
storage "raft" { path = "${data}" }
listener "tcp" {
  address = "${new URL(url).host.replace('localhost', '127.0.0.1')}"
  cluster_address = "127.0.0.1:${await freePort()}"
  tls_cert_file = "${file('bao.pem', cert)}"
  tls_key_file = "${file('bao.key', key)}"
}
api_addr = "${url}"
cluster_addr = "https://127.0.0.1:${await freePort()}"
`);
  const bao = { url, log: '', config, dispatcher: new Agent({ connect: { ca: trusted.pem } }) };
  run(bao);
  try {
    const { keys, root_token } = await until(bao, () => request(bao, 'PUT', 'sys/init', { secret_shares: 1, secret_threshold: 1 }));
    Object.assign(bao, { root: root_token, key: keys[0] });
    await unseal(bao);
  } catch (error) {
    await stop(bao);
    throw error;
  }
  return bao;
}

/** Starts the process, which is sealed. */
export function run(bao) {
  bao.child = spawn(program, ['server', `-config=${bao.config}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  bao.child.stderr.on('data', (data) => { bao.log += data; });
}

/** Unseals it, and waits until it answers. */
export async function unseal(bao) {
  await until(bao, () => request(bao, 'PUT', 'sys/unseal', { key: bao.key }));
  await until(bao, () => request(bao, 'GET', 'sys/health'));
  // The storage becomes active a moment later.
  await until(bao, () => request(bao, 'GET', 'sys/mounts'));
}

/** Kills the process, if it runs. */
export async function kill({ child }) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

export async function stop(bao) {
  await kill(bao);
  await bao.dispatcher.close();
}

/** Calls its API, as its administrator unless another token is given. */
export async function request({ url, root, dispatcher }, method, path, body, token = root) {
  const answer = await fetch(`${url}/v1/${path}`, {
    method, dispatcher, headers: { ...(token && { 'x-vault-token': token }) }, body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : {};
}

/** Repeats an attempt until it succeeds. */
export async function until(bao, attempt) {
  let last;
  for (let tries = 0; tries < 300; tries += 1) {
    const found = await attempt().catch((error) => { last = error; });
    if (found) return found;
    await wait(200);
  }
  throw new Error(`OpenBao does not start: ${last}\n${bao.log}`);
}
