// The npm package `soap` with the reference WSDL and the server's own, over HTTP and HTTPS.
'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

if (!process.env.BASE_URL) { // start a server and come back; node takes the authority from its environment
    const command = [path.join(__dirname, 'support.py'), 'sh', '-c',
        'NODE_EXTRA_CA_CERTS=$TLS_CERTIFICATE exec "$0" "$1"', process.execPath, __filename];
    process.exit(spawnSync('/usr/bin/python3', command, { stdio: 'inherit' }).status ?? 1);
}

const soap = require('soap');

const PATH = '/ServiceEngineExternal/CorrespondenceAgencyExternalBasic.svc';
const SERVICE = 'http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10';
const TITLE = 'Vedtak om påbygg på Ærøy';
const BODY = '<p>Søknaden er innvilget. Blåbær & rømme < 3.</p>';
const FILE_NAME = 'vedtak på søknad æøå.pdf';
const CREDENTIALS = { systemUserName: 'demo', systemPassword: 'demo-password' };
const MEMBERS = ['AltinnErrorMessage', 'AltinnExtendedErrorMessage', 'AltinnLocalizedErrorMessage',
    'ErrorGuid', 'ErrorID', 'UserGuid', 'UserId'];

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
    if (isReference && !process.env.REFERENCE_WSDL)
        throw new Skip('the reference contract is not beside this repository');
    const wsdl = isReference ? process.env.REFERENCE_WSDL : url + PATH + contract;
    return soap.createClientAsync(wsdl, isReference ? { endpoint: url + PATH } : {});
}

async function insert(client, reference, values = {}, attachments = []) {
    const Content = { LanguageCode: '1044', MessageTitle: TITLE, MessageBody: BODY };
    if (attachments.length > 0)
        Content.Attachments = { BinaryAttachments: { BinaryAttachmentV2: attachments } };
    const [answer] = await client.InsertCorrespondenceBasicV2Async({
        ...CREDENTIALS,
        SystemUserCode: 'TTD_DEMO',
        ExternalShipmentReference: reference,
        Correspondence: { ServiceCode: '4255', ServiceEdition: '10', Reportee: '910820605', Content, ...values },
    });
    return answer.InsertCorrespondenceBasicV2Result;
}

async function history(client, references, password = 'demo-password') {
    client.clearSoapHeaders();
    client.addSoapHeader({ SystemUserName: 'demo' }, '', 'cor', SERVICE);
    client.addSoapHeader({ SystemPassword: password }, '', 'cor', SERVICE);
    try {
        const [answer] = await client.GetCorrespondenceStatusHistoryBasicAsync(
            { CorrespondenceSendersReferences: { string: references } });
        return answer;
    } finally {
        client.clearSoapHeaders();
    }
}

async function details(client, filter) {
    const [answer] = await client.GetCorrespondenceStatusDetailsBasicV3Async({
        ...CREDENTIALS,
        filterCriteria: { ...filter, ServiceCode: '4255', ServiceEditionCode: 10 },
    });
    const result = answer.GetCorrespondenceStatusDetailsBasicV3Result;
    assert.deepEqual([result.ServiceCode, result.ServiceEditionCode], ['4255', 10], 'service');
    return references(result.CorrespondenceStatusInformation);
}

const references = (information) =>
    (information.CorrespondenceStatusDetailsList?.StatusV2 ?? []).map((entry) => entry.SendersReference);

const cases = {
    'Test answers': async (client) => {
        await client.TestAsync({});
    },
    'PDF of 200 KB and Norwegian letters arrive unchanged': async (client) => {
        const reference = unique('node-pdf');
        const pdf = Buffer.concat([Buffer.from('%PDF-1.4\n'), crypto.randomBytes(200000)]);
        const receipt = await insert(client, reference, {},
            [{ FileName: FILE_NAME, Name: 'Vedtak', Data: pdf.toString('base64') }]);
        assert.equal(receipt.ReceiptStatusCode, 'OK');
        assert.equal(receipt.ReceiptText, 'Correspondence Saved Successfully');
        assert.equal(receipt.References.Reference[0].ReferenceValue, reference);
        const rows = sql(`SELECT title, body, file_name, encode(sha256(content), 'hex') FROM dpvd.correspondence c
            JOIN dpvd.attachment a ON (a.sender_id, a.correspondence_id) = (c.sender_id, c.id)
            WHERE c.senders_reference = '${reference}';`);
        assert.equal(rows, [TITLE, BODY, FILE_NAME, sha256(pdf)].join('|'));
    },
    'on behalf of another': async (client) => {
        const reference = unique('node-behalf');
        const receipt = await insert(client, reference,
            { MessageSender: 'Plan & bygg på Øya', OnBehalfOfOrgNr: '974760673' });
        assert.equal(receipt.ReceiptStatusCode, 'OK');
        assert.equal(sql(`SELECT technical_number, actual_number, display_sender FROM dpvd.correspondence
            WHERE senders_reference = '${reference}';`), '910646192|974760673|Plan & bygg på Øya');
    },
    'history of three references': async (client) => {
        const wanted = [unique('node-a'), unique('node-b'), unique('node-c')];
        for (const reference of wanted)
            await insert(client, reference);
        const answer = await history(client, wanted);
        assert.deepEqual(references(answer.CorrespondenceStatusInformation), wanted);
        const first = answer.CorrespondenceStatusInformation.CorrespondenceStatusDetailsList.StatusV2[0];
        assert.equal(first.StatusChanges.StatusChangeV2[0].StatusType, 'Created');
        assert.equal(answer.CorrespondenceStatusInformation.LimitReached, false);
        assert.equal(answer.SdpStatusInformation.LimitReached, false);
    },
    'details by filter': async (client) => {
        const reference = unique('node-details');
        await insert(client, reference);
        const hourAgo = new Date(Date.now() - 3600000).toISOString();
        const SendersReference = reference;
        assert.deepEqual(await details(client, { CurrentStatus: 'NotSet', SendersReference }), [reference]);
        assert.deepEqual(await details(client, { CreatedAfterDate: hourAgo, CurrentStatus: 'Created',
            NotificationSent: false, Reportee: '910820605', SendersReference }), [reference]);
        assert.deepEqual(await details(client, { CurrentStatus: 'Read', SendersReference }), []);
    },
    'wrong password is AltinnFault 989 with seven members': async (client) => {
        const fault = await history(client, ['x'], 'wrong').then(
            () => assert.fail('no fault'),
            (error) => error.root?.Envelope.Body.Fault ?? Promise.reject(error));
        assert.match(fault.faultcode, /:Client$/);
        const altinn = fault.detail.AltinnFault;
        assert.deepEqual(Object.keys(altinn).filter((name) => name !== 'attributes'), MEMBERS);
        assert.equal(Number(altinn.ErrorID), 989);
        assert.equal(altinn.AltinnErrorMessage, 'Incorrect username/password/pin given for user');
        assert.equal(altinn.UserGuid, '-no value-');
    },
};

const CONTRACTS = { 'reference WSDL': 'reference', 'own WSDL': '?wsdl', 'own single WSDL': '?singleWsdl' };
const URLS = { http: process.env.BASE_URL, https: process.env.TLS_URL };

async function runCase(claim, run, contract, url) {
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
    assert.ok(fs.existsSync(process.env.NODE_EXTRA_CA_CERTS), 'NODE_EXTRA_CA_CERTS');
    for (const [name, contract] of Object.entries(CONTRACTS)) {
        for (const [scheme, url] of Object.entries(URLS)) {
            for (const [claim, run] of Object.entries(cases)) {
                const [word, reason] = await runCase(claim, run, contract, url);
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
