import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.xml.bind.JAXBElement;
import javax.xml.namespace.QName;
import javax.xml.soap.SOAPElement;
import javax.xml.soap.SOAPEnvelope;
import javax.xml.soap.SOAPException;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.handler.MessageContext;
import javax.xml.ws.handler.soap.SOAPHandler;
import javax.xml.ws.handler.soap.SOAPMessageContext;
import javax.xml.ws.soap.AddressingFeature;
import javax.xml.ws.soap.SOAPFaultException;
import no.altinn.schemas.services.intermediary.receipt._2009._10.ReceiptExternal;
import no.altinn.schemas.services.serviceengine.correspondence._2010._10.AttachmentsV2;
import no.altinn.schemas.services.serviceengine.correspondence._2010._10.ExternalContentV2;
import no.altinn.schemas.services.serviceengine.correspondence._2010._10.InsertCorrespondenceV2;
import no.altinn.schemas.services.serviceengine.correspondence._2010._10.ObjectFactory;
import no.altinn.schemas.services.serviceengine.correspondence._2016._02.CorrespondenceStatusFilterV3;
import no.altinn.schemas.services.serviceengine.correspondence._2016._02.CorrespondenceStatusInformation;
import no.altinn.services.common.fault._2009._10.AltinnFault;
import no.altinn.services.serviceengine.correspondence._2009._10.CorrespondenceAgencyExternalSF;
import no.altinn.services.serviceengine.correspondence._2009._10.CorrespondenceStatusHistoryRequest;
import no.altinn.services.serviceengine.correspondence._2009._10.ICorrespondenceAgencyExternal;
import no.altinn.services.serviceengine.correspondence._2009._10.ICorrespondenceAgencyExternalInsertCorrespondenceV2AltinnFaultFaultFaultMessage;
import no.altinn.services.serviceengine.reporteeelementlist._2010._10.BinaryAttachmentExternalBEV2List;
import no.altinn.services.serviceengine.reporteeelementlist._2010._10.BinaryAttachmentV2;
import com.microsoft.schemas._2003._10.serialization.arrays.ArrayOfstring;

/** The addressed endpoint through classes that JAX-WS generates; usage: ExternalClient WSDL URL. */
public final class ExternalClient {
    private static final String WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-";
    private static final String SECEXT = WSS + "wssecurity-secext-1.0.xsd";
    private static final String SERVICE =
        "http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10";
    private static final String TITLE = "Vedtak om påbygg på Ærøy";
    private static final byte[] CONTENT = new byte[50_000];

    private interface Claim {
        void check() throws Exception;
    }

    /** Writes the UsernameToken, as those did who had no WSS4J, and understands the answer's header. */
    private static final class Security implements SOAPHandler<SOAPMessageContext> {
        private String password = "demo-password";

        @Override
        public boolean handleMessage(SOAPMessageContext context) {
            if ((Boolean) context.get(MessageContext.MESSAGE_OUTBOUND_PROPERTY)) {
                try {
                    write(context.getMessage().getSOAPPart().getEnvelope());
                } catch (SOAPException error) {
                    throw new IllegalStateException(error);
                }
            }
            return true;
        }

        private void write(SOAPEnvelope envelope) throws SOAPException {
            if (envelope.getHeader() == null)
                envelope.addHeader();
            SOAPElement security = envelope.getHeader().addChildElement("Security", "wsse", SECEXT);
            security.addAttribute(new QName(envelope.getNamespaceURI(), "mustUnderstand",
                envelope.getPrefix()), "true");
            SOAPElement token = security.addChildElement("UsernameToken", "wsse");
            token.addChildElement("Username", "wsse").addTextNode("demo");
            SOAPElement secret = token.addChildElement("Password", "wsse");
            secret.addAttribute(new QName("Type"), WSS + "username-token-profile-1.0#PasswordText");
            secret.addTextNode(password);
        }

        @Override
        public boolean handleFault(SOAPMessageContext context) {
            return true;
        }

        @Override
        public void close(MessageContext context) {
        }

        @Override
        public Set<QName> getHeaders() {
            return Collections.singleton(new QName(SECEXT, "Security"));
        }
    }

    private final Security security = new Security();
    private final ICorrespondenceAgencyExternal port;
    private final ObjectFactory factory = new ObjectFactory();
    private int failed;
    private int passed;

    private ExternalClient(URL wsdl, String url) {
        QName name = new QName(SERVICE, "CorrespondenceAgencyExternalSF");
        port = new CorrespondenceAgencyExternalSF(wsdl, name)
            .getCustomBindingICorrespondenceAgencyExternal(new AddressingFeature(true, true));
        BindingProvider provider = (BindingProvider) port;
        provider.getRequestContext().put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, url);
        provider.getBinding().setHandlerChain(List.of(security));
    }

    private static void equal(Object actual, Object expected, String what) {
        if (!expected.equals(actual))
            throw new AssertionError(what + ": " + actual + ", expected " + expected);
    }

    private static <T> JAXBElement<T> element(Class<T> type, T value, String space, String name) {
        return new JAXBElement<>(new QName(space, name), type, value);
    }

    private AttachmentsV2 attachments() {
        no.altinn.services.serviceengine.reporteeelementlist._2010._10.ObjectFactory lists =
            new no.altinn.services.serviceengine.reporteeelementlist._2010._10.ObjectFactory();
        BinaryAttachmentV2 item = new BinaryAttachmentV2();
        item.setFileName(lists.createBinaryAttachmentV2FileName("vedtak på søknad.pdf"));
        item.setData(lists.createBinaryAttachmentV2Data(CONTENT));
        BinaryAttachmentExternalBEV2List list = new BinaryAttachmentExternalBEV2List();
        list.getBinaryAttachmentV2().add(item);
        AttachmentsV2 attachments = new AttachmentsV2();
        attachments.setBinaryAttachments(factory.createAttachmentsV2BinaryAttachments(list));
        return attachments;
    }

    private InsertCorrespondenceV2 letter() {
        ExternalContentV2 content = new ExternalContentV2();
        content.setLanguageCode(factory.createExternalContentV2LanguageCode("1044"));
        content.setMessageTitle(factory.createExternalContentV2MessageTitle(TITLE));
        content.setMessageBody(factory.createExternalContentV2MessageBody("<p>x & y</p>"));
        content.setMessageSummary(factory.createExternalContentV2MessageSummary(null));
        content.setAttachments(factory.createExternalContentV2Attachments(attachments()));
        InsertCorrespondenceV2 letter = new InsertCorrespondenceV2();
        letter.setServiceCode(factory.createInsertCorrespondenceV2ServiceCode("4255"));
        letter.setServiceEdition(factory.createInsertCorrespondenceV2ServiceEdition("10"));
        letter.setReportee(factory.createInsertCorrespondenceV2Reportee("910820605"));
        letter.setContent(factory.createInsertCorrespondenceV2Content(content));
        return letter;
    }

    private String insert() throws Exception {
        String reference = "java-" + UUID.randomUUID();
        ReceiptExternal receipt = port.insertCorrespondenceV2("TTD_DEMO", reference, letter());
        equal(receipt.getReceiptStatusCode().value(), "OK", "status");
        equal(receipt.getReceiptText().getValue(), "Correspondence Saved Successfully", "text");
        equal(receipt.getSubReceipts().isNil(), true, "SubReceipts is nil");
        equal(receipt.getReferences().getValue().getReference().get(0).getReferenceValue()
            .getValue(), reference, "reference");
        return reference;
    }

    private static List<String> references(CorrespondenceStatusInformation information) {
        return information.getCorrespondenceStatusDetailsList().getValue().getStatusV2().stream()
            .map(entry -> entry.getSendersReference().getValue()).collect(Collectors.toList());
    }

    private void history() throws Exception {
        String reference = insert();
        ArrayOfstring wanted = new ArrayOfstring();
        wanted.getString().addAll(List.of(reference, "unknown"));
        CorrespondenceStatusHistoryRequest request = new CorrespondenceStatusHistoryRequest();
        request.setCorrespondenceSendersReferences(element(ArrayOfstring.class, wanted, SERVICE,
            "CorrespondenceSendersReferences"));
        equal(references(port.getCorrespondenceStatusHistory(request)
            .getCorrespondenceStatusInformation().getValue()), List.of(reference), "references");
    }

    private void details() throws Exception {
        String reference = insert();
        CorrespondenceStatusFilterV3 filter = new CorrespondenceStatusFilterV3();
        filter.setServiceCode("4255");
        filter.setServiceEditionCode(10);
        filter.setSendersReference(element(String.class, reference,
            "http://schemas.altinn.no/services/ServiceEngine/Correspondence/2016/02",
            "SendersReference"));
        equal(references(port.getCorrespondenceStatusDetailsV3(filter)
            .getCorrespondenceStatusInformation().getValue()), List.of(reference), "references");
    }

    private void wrongPassword() throws Exception {
        security.password = "wrong";
        try {
            port.test();
        } catch (SOAPFaultException fault) {
            equal(fault.getFault().getFaultReasonTexts().next(),
                "An error occurred when processing the security tokens in the message.", "reason");
            equal(fault.getFault().getFaultSubcodes().next(),
                new QName(SECEXT, "InvalidSecurityToken"), "subcode");
            return;
        } finally {
            security.password = "demo-password";
        }
        throw new AssertionError("no fault");
    }

    private void brokenRule() throws Exception {
        InsertCorrespondenceV2 letter = letter();
        letter.setCaseID(factory.createInsertCorrespondenceV2CaseID(1));
        try {
            port.insertCorrespondenceV2("TTD_DEMO", "java-" + UUID.randomUUID(), letter);
        } catch (ICorrespondenceAgencyExternalInsertCorrespondenceV2AltinnFaultFaultFaultMessage fault) {
            AltinnFault altinn = fault.getFaultInfo();
            equal(altinn.getErrorID(), 60001, "ErrorID");
            equal(altinn.getErrorGuid().getValue().length(), 36, "length of ErrorGuid");
            return;
        }
        throw new AssertionError("no fault");
    }

    private void claim(String name, Claim claim) {
        try {
            claim.check();
            passed++;
            System.out.println("ok  " + name);
        } catch (Exception | AssertionError error) {
            failed++;
            System.out.println("FAIL " + name + ": " + String.valueOf(error).replace('\n', ' '));
        }
    }

    public static void main(String[] arguments) throws Exception {
        ExternalClient client = new ExternalClient(new URL(arguments[0]), arguments[1]);
        for (int i = 0; i < CONTENT.length; i++)
            CONTENT[i] = (byte) (i * 31);
        client.claim("Test answers", () -> client.port.test());
        client.claim("message is taken", client::insert);
        client.claim("history finds it", client::history);
        client.claim("details find it", client::details);
        client.claim("wrong password is the fault that clients look for", client::wrongPassword);
        client.claim("broken rule is a declared exception", client::brokenRule);
        System.out.println(client.passed + " passed, " + client.failed + " failed");
        System.exit(client.failed == 0 ? 0 : 1);
    }
}
