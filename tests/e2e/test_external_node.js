// The npm package `soap` on the addressed endpoint: its WSSecurity and its headers, with the
// reference WSDL and the server's own, over HTTP and HTTPS.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const crypto = require('node:crypto');
const path = require('node:path');

if (!process.env.BASE_URL) { // start a server and come back; node takes the authority from its environment
    const command = [path.join(__dirname, 'support.py'), 'sh', '-c',
        'NODE_EXTRA_CA_CERTS=$TLS_CERTIFICATE exec "$0" "$1"', process.execPath, __filename];
    process.exit(spawnSync('/usr/bin/python3', command, { stdio: 'inherit' }).status ?? 1);
}

const soap = require('soap');

const PATH = '/ServiceEngineExternal/CorrespondenceAgencyExternal.svc';
const SERVICE = 'http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10';
const ADDRESSING = 'http://www.w3.org/2005/08/addressing';
const TITLE = 'Vedtak om påbygg på Ærøy';

class Skip extends Error {}

const unique = (prefix) => `${prefix}-${crypto.randomBytes(6).toString('hex')}`;
const sha256 = (data) => crypto.createHash('sha256').update(data).digest('hex');

function sql(text) {
    const done = spawnSync('sh', ['-c', process.env.PSQL], { input: text, encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout.trimEnd();
}

const clients = new Map();

async function clientOf(contract, url) {
    const key = `${contract} ${url}`;
    if (!clients.has(key))
        clients.set(key, await makeClient(contract, url));
    return clients.get(key);
}

async function makeClient(contract, url) {
    const isReference = contract === 'reference';
    if (isReference && !process.env.REFERENCE_EXTERNAL_WSDL)
        throw new Skip('the reference contract is not beside this repository');
    const wsdl = isReference ? process.env.REFERENCE_EXTERNAL_WSDL : url + PATH + contract;
    return soap.createClientAsync(wsdl, { forceSoap12Headers: true, ...(isReference ? { endpoint: url + PATH } : {}) });
}

async function call(client, operation, body, password = 'demo-password', options = {}) {
    const messageId = `urn:uuid:${crypto.randomUUID()}`;
    const action = operation === 'Test' ? 'http://www.altinn.no/services/2009/10/IAltinnContractBase/Test'
        : `${SERVICE}/ICorrespondenceAgencyExternal/${operation}`;
    client.clearSoapHeaders();
    client.addSoapHeader({ Action: action }, '', 'wsa', ADDRESSING);
    client.addSoapHeader({ MessageID: messageId }, '', 'wsa', ADDRESSING);
    client.setSecurity(new soap.WSSecurity('demo', password,
        { passwordType: 'PasswordText', hasTimeStamp: true, hasNonce: true, mustUnderstand: true, ...options }));
    const [answer, , header] = await client[`${operation}Async`](body);
    assert.equal(header.RelatesTo, messageId);
    assert.ok(header.Security.Timestamp.Created);
    return answer;
}

async function insert(client, reference, values = {}, attachments = []) {
    const Content = { LanguageCode: '1044', MessageTitle: TITLE, MessageBody: 'x' };
    if (attachments.length > 0)
        Content.Attachments = { BinaryAttachments: { BinaryAttachmentV2: attachments } };
    const answer = await call(client, 'InsertCorrespondenceV2', {
        SystemUserCode: 'TTD_DEMO',
        ExternalShipmentReference: reference,
        Correspondence: { ServiceCode: '4255', ServiceEdition: '10', Reportee: '910820605', Content, ...values },
    });
    return answer.InsertCorrespondenceV2Result;
}

// One entry alone may come without its list.
const references = (list) => [].concat(list?.StatusV2 ?? []).map((entry) => entry.SendersReference);

async function fault(promise) {
    return promise.then(
        () => assert.fail('no fault'),
        (error) => error.root?.Envelope.Body.Fault ?? Promise.reject(error));
}

const cases = {
    'Test answers': async (client) => {
        await call(client, 'Test', {});
    },
    'token without timestamp and nonce': async (client) => {
        await call(client, 'Test', {}, 'demo-password', { hasTimeStamp: false, hasNonce: false });
    },
    'message and attachment arrive unchanged': async (client) => {
        const reference = unique('node');
        const pdf = Buffer.concat([Buffer.from('%PDF-1.4\n'), crypto.randomBytes(200000)]);
        const receipt = await insert(client, reference, {},
            [{ FileName: 'vedtak på søknad.pdf', Data: pdf.toString('base64') }]);
        assert.equal(receipt.ReceiptStatusCode, 'OK');
        assert.equal(sql(`SELECT title, file_name, encode(sha256(content), 'hex') FROM dpvd.correspondence c
            JOIN dpvd.attachment a ON (a.sender_id, a.correspondence_id) = (c.sender_id, c.id)
            WHERE c.senders_reference = '${reference}';`), [TITLE, 'vedtak på søknad.pdf', sha256(pdf)].join('|'));
    },
    'history and details find it': async (client) => {
        const reference = unique('node');
        await insert(client, reference);
        const history = await call(client, 'GetCorrespondenceStatusHistory',
            { CorrespondenceSendersReferences: { string: [reference, 'x'] } });
        assert.deepEqual(references(history.CorrespondenceStatusInformation.CorrespondenceStatusDetailsList), [reference]);
        const details = await call(client, 'GetCorrespondenceStatusDetailsV2',
            { filterCriteria: { SendersReference: reference, ServiceCode: '4255', ServiceEditionCode: 10 } });
        assert.deepEqual(references(details.GetCorrespondenceStatusDetailsV2Result.StatusList), [reference]);
    },
    'wrong password is the fault that clients look for': async (client) => {
        const found = await fault(call(client, 'Test', {}, 'wrong'));
        assert.match(found.Code.Value, /:Sender$/);
        assert.match(found.Code.Subcode.Value.$value ?? found.Code.Subcode.Value, /:InvalidSecurityToken$/);
        assert.equal(found.Reason.Text.$value ?? found.Reason.Text,
            'An error occurred when processing the security tokens in the message.');
    },
    'broken rule is an AltinnFault': async (client) => {
        const found = await fault(insert(client, unique('node'), { CaseID: 1 }));
        assert.equal(Number(found.Detail.AltinnFault.ErrorID), 60001);
    },
};

const CONTRACTS = { 'reference WSDL': 'reference', 'own WSDL': '?wsdl', 'own single WSDL': '?singleWsdl' };
const URLS = { http: process.env.BASE_URL, https: process.env.TLS_URL };

async function runCase(run, contract, url) {
    try {
        await run(await clientOf(contract, url));
        return ['ok', ''];
    } catch (error) {
        if (error instanceof Skip)
            return ['skip', `: ${error.message}`];
        return ['FAIL', `: ${String(error.message).replace(/\s+/g, ' ').slice(0, 1000)}`];
    }
}

async function main() {
    const counts = { ok: 0, FAIL: 0, skip: 0 };
    for (const [name, contract] of Object.entries(CONTRACTS)) {
        for (const [scheme, url] of Object.entries(URLS)) {
            for (const [claim, run] of Object.entries(cases)) {
                const [word, reason] = await runCase(run, contract, url);
                counts[word]++;
                console.log(`${word.padEnd(4)}${word === 'ok' ? '' : ' '}${claim}: ${name} over ${scheme}${reason}`);
            }
        }
    }
    const skipped = counts.skip > 0 ? `, ${counts.skip} skipped` : '';
    console.log(`${counts.ok} passed, ${counts.FAIL} failed${skipped}`);
    process.exit(counts.FAIL === 0 ? 0 : 1);
}

main();
