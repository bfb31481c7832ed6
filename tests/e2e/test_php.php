<?php
/* PHP's SoapClient with the reference WSDL and the server's own, over HTTP and HTTPS. */

declare(strict_types=1);

if (getenv('BASE_URL') === false) { // start a server and come back
    passthru('exec /usr/bin/python3 ' . escapeshellarg(__DIR__ . '/support.py') . ' '
        . escapeshellarg(PHP_BINARY) . ' ' . escapeshellarg(__FILE__), $status);
    exit($status);
}

const NOTIFICATIONS = '/ServiceEngineExternal/NotificationAgencyExternalBasic.svc';
const PATH = '/ServiceEngineExternal/CorrespondenceAgencyExternalBasic.svc';
const SERVICE = 'http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10';
const TITLE = 'Vedtak om påbygg på Ærøy';
const BODY = '<p>Søknaden er innvilget. Blåbær & rømme < 3.</p>';
const FILE_NAME = 'vedtak på søknad æøå.pdf';
const CREDENTIALS = ['systemUserName' => 'demo', 'systemPassword' => 'demo-password'];
const MEMBERS = ['AltinnErrorMessage', 'AltinnExtendedErrorMessage', 'AltinnLocalizedErrorMessage',
    'ErrorGuid', 'ErrorID', 'UserGuid', 'UserId'];

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

function client(string $contract, string $url): SoapClient
{
    static $clients = [];
    $wsdl = $url . PATH . $contract;
    if ($contract === 'reference') {
        $wsdl = getenv('REFERENCE_WSDL') ?: throw new Skip('the reference contract is not beside this repository');
    }
    return $clients[$contract . $url] ??= new SoapClient($wsdl, [
        'cache_wsdl' => WSDL_CACHE_NONE,
        'exceptions' => true,
        'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
        'connection_timeout' => 10,
        'stream_context' => stream_context_create(['ssl' => ['cafile' => getenv('TLS_CERTIFICATE')]]),
    ] + ($contract === 'reference' ? ['location' => $url . PATH] : []));
}

function insert(SoapClient $client, string $reference, array $values = [], array $attachments = []): object
{
    $content = ['LanguageCode' => '1044', 'MessageTitle' => TITLE, 'MessageBody' => BODY];
    if ($attachments !== []) {
        $content['Attachments'] = ['BinaryAttachments' => ['BinaryAttachmentV2' => $attachments]];
    }
    return $client->InsertCorrespondenceBasicV2(CREDENTIALS + [
        'SystemUserCode' => 'TTD_DEMO',
        'ExternalShipmentReference' => $reference,
        'Correspondence' => $values + ['ServiceCode' => '4255', 'ServiceEdition' => '10',
            'Reportee' => '910820605', 'Content' => $content],
    ])->InsertCorrespondenceBasicV2Result;
}

function history(SoapClient $client, array $references, string $password = 'demo-password'): object
{
    $client->__setSoapHeaders([
        new SoapHeader(SERVICE, 'SystemUserName', new SoapVar('demo', XSD_STRING)),
        new SoapHeader(SERVICE, 'SystemPassword', new SoapVar($password, XSD_STRING)),
    ]);
    try {
        return $client->GetCorrespondenceStatusHistoryBasic(
            ['CorrespondenceSendersReferences' => ['string' => $references]]);
    } finally {
        $client->__setSoapHeaders();
    }
}

function details(SoapClient $client, array $filter): array
{
    $answer = $client->GetCorrespondenceStatusDetailsBasicV3(CREDENTIALS + [
        'filterCriteria' => $filter + ['ServiceCode' => '4255', 'ServiceEditionCode' => 10],
    ])->GetCorrespondenceStatusDetailsBasicV3Result;
    equal([$answer->ServiceCode, $answer->ServiceEditionCode], ['4255', 10], 'service');
    return references($answer->CorrespondenceStatusInformation);
}

function references(object $information): array
{
    $list = $information->CorrespondenceStatusDetailsList->StatusV2 ?? [];
    return array_map(fn($entry) => $entry->SendersReference, $list);
}

$cases = [
    'Test answers' => function (SoapClient $client): void {
        $client->Test();
    },
    'PDF of 200 KB and Norwegian letters arrive unchanged' => function (SoapClient $client): void {
        $reference = unique('php-pdf');
        $pdf = "%PDF-1.4\n" . random_bytes(200000) . "%%EOF\n";
        $receipt = insert($client, $reference, [], [['FileName' => FILE_NAME, 'Name' => 'Vedtak', 'Data' => $pdf]]);
        equal([$receipt->ReceiptStatusCode, $receipt->ReceiptText, $receipt->ReceiptHistory, $receipt->SubReceipts],
            ['OK', 'Correspondence Saved Successfully', '', null], 'receipt');
        equal($receipt->References->Reference[0]->ReferenceValue, $reference, 'reference of the receipt');
        equal(sql("SELECT title, body, file_name, encode(sha256(content), 'hex') FROM dpvd.correspondence c
            JOIN dpvd.attachment a ON (a.sender_id, a.correspondence_id) = (c.sender_id, c.id)
            WHERE c.senders_reference = '$reference';"),
            [implode('|', [TITLE, BODY, FILE_NAME, hash('sha256', $pdf)])], 'rows');
    },
    'on behalf of another' => function (SoapClient $client): void {
        $reference = unique('php-behalf');
        $receipt = insert($client, $reference,
            ['OnBehalfOfOrgNr' => '974760673', 'MessageSender' => 'Plan & bygg på Øya']);
        equal($receipt->ReceiptStatusCode, 'OK', 'receipt');
        equal(sql("SELECT technical_number, actual_number, display_sender FROM dpvd.correspondence
            WHERE senders_reference = '$reference';"), ['910646192|974760673|Plan & bygg på Øya'], 'senders');
    },
    'sub-receipts tell that nobody could be notified' => function (SoapClient $client): void {
        $receipt = insert($client, unique('php-sub'), ['Reportee' => '810514442', 'Notifications' => [
            'Notification' => [['LanguageCode' => '1044', 'NotificationType' => 'VarselDPVUtenRevarsel',
                'ReceiverEndPoints' => ['ReceiverEndPoint' => [
                    ['TransportType' => 'Email'], ['TransportType' => 'SMS']]]]]]]);
        equal($receipt->ReceiptStatusCode, 'OK', 'receipt');
        $subs = $receipt->SubReceipts->ReceiptExternal;
        equal(array_map(fn($sub) => [$sub->ReceiptStatusCode, $sub->ParentReceiptId, $sub->SubReceipts,
            substr($sub->ReceiptText, -7)], $subs),
            [['Rejected', $receipt->ReceiptId, null, '(30304)'], ['Rejected', $receipt->ReceiptId, null, '(30301)']],
            'sub-receipts');
    },
    'history of three references' => function (SoapClient $client): void {
        $wanted = [unique('php-a'), unique('php-b'), unique('php-c')];
        foreach ($wanted as $reference) {
            insert($client, $reference);
        }
        $answer = history($client, $wanted);
        equal(references($answer->CorrespondenceStatusInformation), $wanted, 'references');
        $first = $answer->CorrespondenceStatusInformation->CorrespondenceStatusDetailsList->StatusV2[0];
        equal($first->StatusChanges->StatusChangeV2[0]->StatusType, 'Created', 'status');
        equal($answer->CorrespondenceStatusInformation->LimitReached, false, 'LimitReached');
        equal($answer->SdpStatusInformation->LimitReached, false, 'LimitReached of SDP');
    },
    'details by filter' => function (SoapClient $client): void {
        $reference = unique('php-details');
        insert($client, $reference);
        $filter = ['SendersReference' => $reference];
        equal(details($client, $filter + ['CurrentStatus' => 'NotSet', 'Reportee' => '910820605']),
            [$reference], 'NotSet');
        equal(details($client, $filter + ['CurrentStatus' => 'Created', 'NotificationSent' => false,
            'CreatedAfterDate' => date('c', time() - 3600)]), [$reference], 'Created');
        equal(details($client, $filter + ['CurrentStatus' => 'Read']), [], 'Read');
        equal(details($client, $filter + ['Reportee' => null, 'CreatedBeforeDate' => null]),
            [$reference], 'nil members');
    },
    'stand-alone notifications are ordered' => function (): void {
        $client = new SoapClient(getenv('BASE_URL') . NOTIFICATIONS . '?wsdl',
            ['cache_wsdl' => WSDL_CACHE_NONE, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS]);
        $text = unique('php-varsel');
        $result = $client->SendStandaloneNotificationBasicV3(CREDENTIALS + ['standaloneNotifications' => [
            'StandaloneNotification' => [['LanguageID' => 1044, 'NotificationType' => 'TokenTextOnly',
                'ReporteeNumber' => '910820605', 'ShipmentDateTime' => '2040-01-01T08:00:00',
                'ReceiverEndPoints' => ['ReceiverEndPoint' => [['TransportType' => 'SMS']]],
                'TextTokens' => ['TextToken' => [['TokenNum' => 0, 'TokenValue' => $text]]]]]]])
            ->SendStandaloneNotificationBasicV3Result->NotificationResult[0];
        equal([$result->ReporteeNumber, $result->EndPoints->EndPointResult[0]->ReceiverAddress],
            ['910820605', '91929394'], 'answer');
        equal(sql("SELECT count(*) FROM dpvd.notification_order WHERE '$text' = ANY (token_values);"), ['1'],
            'orders');
    },
    'wrong password is AltinnFault 989 with seven members' => function (SoapClient $client): void {
        try {
            history($client, ['x'], 'wrong');
        } catch (SoapFault $fault) {
            equal([$fault->faultstring, substr($fault->faultcode, -6)], ['An errror occurred', 'Client'], 'fault');
            $altinn = $fault->detail->AltinnFault;
            equal(array_keys(get_object_vars($altinn)), MEMBERS, 'members');
            equal([(int) $altinn->ErrorID, $altinn->AltinnErrorMessage, $altinn->UserGuid, (string) $altinn->UserId],
                [989, 'Incorrect username/password/pin given for user', '-no value-', ''], 'AltinnFault');
            return;
        }
        throw new Exception('no fault');
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
