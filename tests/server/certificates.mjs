// A certificate authority for the tests, and certificates that it signs.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const hour = 3_600_000;

const validity = () => ({ notBefore: new Date(Date.now() - hour), notAfter: new Date(Date.now() + 24 * hour) });
const pair = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

/** A certificate authority. */
export async function authority() {
  const keys = await pair();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=Authority of the tests',
    ...validity(),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return { certificate, keys, pem: certificate.toString('pem') };
}

/** A certificate for localhost, with its key, in PEM. */
export const localhost = (authority) => certificate(authority, ['localhost']);

/** A certificate for these hosts, with its key, in PEM. */
export async function certificate({ certificate, keys: authorityKeys }, hosts) {
  const keys = await pair();
  const own = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: `CN=${hosts[0]}`,
    issuer: certificate.subject,
    ...validity(),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({ type: 'dns', value }))),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const lines = der.toString('base64').match(/.{1,64}/g).join('\n');
  return { cert: own.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n` };
}
