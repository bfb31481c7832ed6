<?php
/* PHP's SoapClient on the addressed endpoint, with headers made by hand: the reference WSDL and the
 * server's own, over HTTP and HTTPS. */

declare(strict_types=1);

if (getenv('BASE_URL') === false) { // start a server and come back
    passthru('exec /usr/bin/python3 ' . escapeshellarg(__DIR__ . '/support.py') . ' '
        . escapeshellarg(PHP_BINARY) . ' ' . escapeshellarg(__FILE__), $status);
    exit($status);
}

const PATH = '/ServiceEngineExternal/CorrespondenceAgencyExternal.svc';
const SERVICE = 'http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10';
const ADDRESSING = 'http://www.w3.org/2005/08/addressing';
const WSS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-';
const SECEXT = WSS . 'wssecurity-secext-1.0.xsd';
const TITLE = 'Vedtak om påbygg på Ærøy';

final class Skip extends Exception
{
}

function equal(mixed $actual, mixed $expected, string $what): void
{
    if ($actual !== $expected) {
        $shown = array_map(fn($value) => json_encode($value, JSON_UNESCAPED_UNICODE), [$actual, $expected]);
        throw new Exception("$what: $shown[0], expected $shown[1]");
    }
}

function unique(string $prefix): string
{
    return $prefix . '-' . bin2hex(random_bytes(6));
}

/** The lines that an SQL statement answers. */
function sql(string $text): array
{
    $process = proc_open(['sh', '-c', getenv('PSQL')], [['pipe', 'r'], ['pipe', 'w']], $pipes);
    fwrite($pipes[0], $text);
    fclose($pipes[0]);
    $lines = explode("\n", rtrim(stream_get_contents($pipes[1]), "\n"));
    proc_close($process);
    return $lines;
}

/** A client whose calls carry what is usually written by hand in PHP. */
final class Client extends SoapClient
{
    public string $password = 'demo-password';

    public function invoke(string $operation, array $arguments): mixed
    {
        $action = $operation === 'Test' ? 'http://www.altinn.no/services/2009/10/IAltinnContractBase/Test'
            : SERVICE . '/ICorrespondenceAgencyExternal/' . $operation;
        return $this->__soapCall($operation, [$arguments], null, [
            new SoapHeader(ADDRESSING, 'Action', $action, true),
            new SoapHeader(ADDRESSING, 'MessageID', 'urn:uuid:' . bin2hex(random_bytes(16))),
            new SoapHeader(SECEXT, 'Security', new SoapVar($this->security(), XSD_ANYXML), true),
        ]);
    }

    private function security(): string
    {
        return '<wsse:Security xmlns:wsse="' . SECEXT . '"><wsse:UsernameToken>'
            . '<wsse:Username>demo</wsse:Username>'
            . '<wsse:Password Type="' . WSS . 'username-token-profile-1.0#PasswordText">'
            . htmlspecialchars($this->password, ENT_XML1) . '</wsse:Password>'
            . '<wsse:Nonce>' . base64_encode(random_bytes(16)) . '</wsse:Nonce>'
            . '<wsu:Created xmlns:wsu="' . WSS . 'wssecurity-utility-1.0.xsd">'
            . gmdate('Y-m-d\TH:i:s\Z') . '</wsu:Created></wsse:UsernameToken></wsse:Security>';
    }
}

function client(string $contract, string $url): Client
{
    static $clients = [];
    $wsdl = $url . PATH . $contract;
    if ($contract === 'reference') {
        $wsdl = getenv('REFERENCE_EXTERNAL_WSDL');
        if ($wsdl === false) {
            throw new Skip('the reference contract is not beside this repository');
        }
    }
    $client = $clients[$contract . $url] ??= new Client($wsdl, [
        'soap_version' => SOAP_1_2,
        'cache_wsdl' => WSDL_CACHE_NONE,
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        'connection_timeout' => 10,
        'stream_context' => stream_context_create(['ssl' => ['cafile' => getenv('TLS_CERTIFICATE')]]),
    ] + ($contract === 'reference' ? ['location' => $url . PATH] : []));
    $client->password = 'demo-password';
    return $client;
}

function insert(Client $client, string $reference, array $values = [], array $attachments = []): object
{
    $content = ['LanguageCode' => '1044', 'MessageTitle' => TITLE, 'MessageBody' => 'x'];
    if ($attachments !== []) {
        $content['Attachments'] = ['BinaryAttachments' => ['BinaryAttachmentV2' => $attachments]];
    }
    return $client->invoke('InsertCorrespondenceV2', [
        'SystemUserCode' => 'TTD_DEMO',
        'ExternalShipmentReference' => $reference,
        'Correspondence' => $values + ['ServiceCode' => '4255', 'ServiceEdition' => '10',
            'Reportee' => '910820605', 'Content' => $content],
    ])->InsertCorrespondenceV2Result;
}

function references(object $list): array
{
    return array_map(fn($entry) => $entry->SendersReference, $list->StatusV2 ?? []);
}

function fault(callable $call): SoapFault
{
    try {
        $call();
    } catch (SoapFault $fault) {
        return $fault;
    }
    throw new Exception('no fault');
}

$cases = [
    'Test answers' => function (Client $client): void {
        $client->invoke('Test', []);
    },
    'message and attachment arrive unchanged' => function (Client $client): void {
        $reference = unique('php');
        $pdf = "%PDF-1.4\n" . random_bytes(200000) . "%%EOF\n";
        $receipt = insert($client, $reference, [], [['FileName' => 'vedtak på søknad.pdf', 'Data' => $pdf]]);
        equal([$receipt->ReceiptStatusCode, $receipt->SubReceipts], ['OK', null], 'receipt');
        equal(sql("SELECT title, file_name, encode(sha256(content), 'hex') FROM dpvd.correspondence c
            JOIN dpvd.attachment a ON (a.sender_id, a.correspondence_id) = (c.sender_id, c.id)
            WHERE c.senders_reference = '$reference';"),
            [implode('|', [TITLE, 'vedtak på søknad.pdf', hash('sha256', $pdf)])], 'rows');
    },
    'history and details find it' => function (Client $client): void {
        $reference = unique('php');
        insert($client, $reference);
        $answer = $client->invoke('GetCorrespondenceStatusHistory',
            ['CorrespondenceSendersReferences' => ['string' => [$reference, 'x']]]);
        equal(references($answer->CorrespondenceStatusInformation->CorrespondenceStatusDetailsList),
            [$reference], 'history');
        $answer = $client->invoke('GetCorrespondenceStatusDetailsV2', ['filterCriteria' => [
            'SendersReference' => $reference, 'ServiceCode' => '4255', 'ServiceEditionCode' => 10]]);
        equal(references($answer->GetCorrespondenceStatusDetailsV2Result->StatusList), [$reference], 'details');
    },
    'wrong password is the fault that clients look for' => function (Client $client): void {
        $client->password = 'wrong & <odd>';
        $fault = fault(fn() => $client->invoke('Test', []));
        equal([substr($fault->faultcode, -6), $fault->faultstring],
            ['Sender', 'An error occurred when processing the security tokens in the message.'], 'fault');
    },
    'broken rule is an AltinnFault' => function (Client $client): void {
        $fault = fault(fn() => insert($client, unique('php'), ['CaseID' => 1]));
        equal($fault->faultstring, 'An errror occurred', 'text');
        equal((int) $fault->detail->AltinnFault->ErrorID, 60001, 'ErrorID');
    },
];

$contracts = ['reference WSDL' => 'reference', 'own WSDL' => '?wsdl', 'own single WSDL' => '?singleWsdl'];
$counts = ['ok' => 0, 'FAIL' => 0, 'skip' => 0];
libxml_set_streams_context(stream_context_create(['ssl' => ['cafile' => getenv('TLS_CERTIFICATE')]]));
ini_set('default_socket_timeout', '30');
foreach ($contracts as $contractName => $contract) {
    foreach (['http' => getenv('BASE_URL'), 'https' => getenv('TLS_URL')] as $scheme => $url) {
        foreach ($cases as $claim => $case) {
            try {
                $case(client($contract, $url));
                [$word, $reason] = ['ok', ''];
            } catch (Skip $skip) {
                [$word, $reason] = ['skip', ': ' . $skip->getMessage()];
            } catch (Throwable $error) {
                [$word, $reason] = ['FAIL', ': ' . strtr($error->getMessage(), "\n", ' ')];
            }
            $counts[$word]++;
            printf("%-4s%s%s: %s over %s%s\n",
                $word, $word === 'ok' ? '' : ' ', $claim, $contractName, $scheme, $reason);
        }
    }
}
$skipped = $counts['skip'] > 0 ? ", {$counts['skip']} skipped" : '';
echo "{$counts['ok']} passed, {$counts['FAIL']} failed$skipped\n";
exit($counts['FAIL'] === 0 ? 0 : 1);
