using System;
using System.Globalization;
using System.Runtime.Serialization;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Description;
using System.ServiceModel.Dispatcher;
using System.Text;
using System.Xml;

// The addressed endpoint through WCF: text, SOAP 1.2 with WS-Addressing 1.0, data contracts. The
// contract is what svcutil writes, as far as it is called here; Mono has no security over
// transport, so the Security block is written as WCF writes it.
namespace Dpvd
{
    static class Names
    {
        public const string Service = "http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10";
        public const string Letter = "http://schemas.altinn.no/services/ServiceEngine/Correspondence/2010/10";
        public const string Receipt = "http://schemas.altinn.no/services/Intermediary/Receipt/2009/10";
        public const string Fault = "http://www.altinn.no/services/common/fault/2009/10";
        public const string Action = Service + "/ICorrespondenceAgencyExternal/";
        public const string Base = "http://www.altinn.no/services/2009/10";
    }

    [DataContract(Name = "ExternalContentV2", Namespace = Names.Letter)]
    public class ExternalContentV2
    {
        [DataMember(Order = 0)] public string LanguageCode;
        [DataMember(Order = 1)] public string MessageTitle;
        [DataMember(Order = 2)] public string MessageSummary;
        [DataMember(Order = 3)] public string MessageBody;
    }

    [DataContract(Name = "InsertCorrespondenceV2", Namespace = Names.Letter)]
    public class InsertCorrespondenceV2
    {
        [DataMember(Order = 0)] public string ServiceCode;
        [DataMember(Order = 1)] public string ServiceEdition;
        [DataMember(Order = 2)] public string Reportee;
        [DataMember(Order = 3)] public ExternalContentV2 Content;
        [DataMember(Order = 4)] public DateTime VisibleDateTime;
        [DataMember(Order = 5)] public DateTime? AllowSystemDeleteDateTime;
        [DataMember(Order = 6)] public DateTime DueDateTime;
        [DataMember(Order = 7)] public string ArchiveReference;
        [DataMember(Order = 8)] public bool? AllowForwarding;
        [DataMember(Order = 9)] public int? CaseID;
    }

    [DataContract(Name = "ReceiptExternal", Namespace = Names.Receipt)]
    public class ReceiptExternal
    {
        [DataMember(Order = 0)] public DateTime LastChanged;
        [DataMember(Order = 1)] public int ParentReceiptId;
        [DataMember(Order = 2)] public string ReceiptHistory;
        [DataMember(Order = 3)] public int ReceiptId;
        [DataMember(Order = 4)] public string ReceiptStatusCode;
        [DataMember(Order = 5)] public string ReceiptText;
    }

    [DataContract(Name = "AltinnFault", Namespace = Names.Fault)]
    public class AltinnFault
    {
        [DataMember(Order = 0)] public string AltinnErrorMessage;
        [DataMember(Order = 1)] public string AltinnExtendedErrorMessage;
        [DataMember(Order = 2)] public string AltinnLocalizedErrorMessage;
        [DataMember(Order = 3)] public string ErrorGuid;
        [DataMember(Order = 4)] public int ErrorID;
    }

    [ServiceContract(Name = "ICorrespondenceAgencyExternal", Namespace = Names.Service)]
    public interface ICorrespondenceAgencyExternal
    {
        [OperationContract(Action = Names.Action + "InsertCorrespondenceV2",
            ReplyAction = Names.Action + "InsertCorrespondenceV2Response")]
        [FaultContract(typeof(AltinnFault), Action = Names.Action + "InsertCorrespondenceV2AltinnFaultFault",
            Name = "AltinnFault", Namespace = Names.Fault)]
        ReceiptExternal InsertCorrespondenceV2(string SystemUserCode, string ExternalShipmentReference,
            InsertCorrespondenceV2 Correspondence);
    }

    class SecurityHeader : MessageHeader
    {
        const string Wss = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-";
        const string Utility = Wss + "wssecurity-utility-1.0.xsd";
        readonly string password;

        public SecurityHeader(string password)
        {
            this.password = password;
        }

        public override string Name { get { return "Security"; } }
        public override string Namespace { get { return Wss + "wssecurity-secext-1.0.xsd"; } }
        public override bool MustUnderstand { get { return true; } }

        static string Time(int minutes)
        {
            return DateTime.UtcNow.AddMinutes(minutes).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        }

        protected override void OnWriteHeaderContents(XmlDictionaryWriter writer, MessageVersion version)
        {
            writer.WriteStartElement("u", "Timestamp", Utility);
            writer.WriteAttributeString("u", "Id", Utility, "_0");
            writer.WriteElementString("u", "Created", Utility, Time(0));
            writer.WriteElementString("u", "Expires", Utility, Time(5));
            writer.WriteEndElement();
            writer.WriteStartElement("UsernameToken", Namespace);
            writer.WriteAttributeString("u", "Id", Utility, "uuid-" + Guid.NewGuid() + "-1");
            writer.WriteElementString("Username", Namespace, "demo");
            writer.WriteStartElement("Password", Namespace);
            writer.WriteAttributeString("Type", Wss + "username-token-profile-1.0#PasswordText");
            writer.WriteString(password);
            writer.WriteEndElement();
            writer.WriteEndElement();
        }
    }

    class Security : IEndpointBehavior, IClientMessageInspector
    {
        readonly string password;

        public Security(string password)
        {
            this.password = password;
        }

        public object BeforeSendRequest(ref Message request, IClientChannel channel)
        {
            request.Headers.Add(new SecurityHeader(password));
            return null;
        }

        public void AfterReceiveReply(ref Message reply, object state)
        {
            Program.Reply = reply.Headers;
        }

        public void AddBindingParameters(ServiceEndpoint endpoint, BindingParameterCollection parameters)
        {
        }

        public void ApplyClientBehavior(ServiceEndpoint endpoint, ClientRuntime runtime)
        {
            runtime.MessageInspectors.Add(this);
        }

        public void ApplyDispatchBehavior(ServiceEndpoint endpoint, EndpointDispatcher dispatcher)
        {
        }

        public void Validate(ServiceEndpoint endpoint)
        {
        }
    }

    public static class Program
    {
        static int passed, failed;
        static string url;
        public static MessageHeaders Reply;

        static ICorrespondenceAgencyExternal Connect(string password)
        {
            var encoding = new TextMessageEncodingBindingElement(
                MessageVersion.Soap12WSAddressing10, Encoding.UTF8);
            var binding = new CustomBinding(encoding, new HttpTransportBindingElement());
            var factory = new ChannelFactory<ICorrespondenceAgencyExternal>(binding, new EndpointAddress(url));
            factory.Endpoint.Behaviors.Add(new Security(password));
            return factory.CreateChannel();
        }

        static InsertCorrespondenceV2 Letter()
        {
            return new InsertCorrespondenceV2 {
                ServiceCode = "4255", ServiceEdition = "10", Reportee = "910820605",
                Content = new ExternalContentV2 {
                    LanguageCode = "1044", MessageTitle = "Vedtak om påbygg på Ærøy", MessageBody = "<p>x & y</p>" } };
        }

        static void Equal(object actual, object expected, string what)
        {
            if (!Equals(actual, expected))
                throw new Exception(what + ": " + actual + ", expected " + expected);
        }

        static void Claim(string name, Action check)
        {
            try {
                check();
                passed++;
                Console.WriteLine("ok  " + name);
            } catch (Exception error) {
                failed++;
                Console.WriteLine("FAIL " + name + ": " + error.ToString().Replace("\n", " "));
            }
        }

        static void Insert()
        {
            var receipt = Connect("demo-password").InsertCorrespondenceV2(
                "TTD_DEMO", "mono-" + Guid.NewGuid(), Letter());
            Equal(receipt.ReceiptStatusCode, "OK", "status");
            Equal(receipt.ReceiptText, "Correspondence Saved Successfully", "text");
            Equal(Reply.Action, Names.Action + "InsertCorrespondenceV2Response", "Action");
            Equal(Reply.RelatesTo != null, true, "RelatesTo");
        }

        static void BrokenRule()
        {
            var letter = Letter();
            letter.CaseID = 1;
            try {
                Connect("demo-password").InsertCorrespondenceV2("TTD_DEMO", "mono-" + Guid.NewGuid(), letter);
            } catch (FaultException<AltinnFault> fault) {
                Equal(fault.Detail.ErrorID, 60001, "ErrorID");
                return;
            }
            throw new Exception("no fault");
        }

        static void WrongPassword()
        {
            try {
                Connect("wrong").InsertCorrespondenceV2("TTD_DEMO", "mono-" + Guid.NewGuid(), Letter());
            } catch (Exception error) {
                var inner = (error.InnerException ?? error) as FaultException ?? error as FaultException;
                Equal(inner == null ? error.ToString() : inner.Code.SubCode.Name, "InvalidSecurityToken", "subcode");
                return;
            }
            throw new Exception("no fault");
        }

        public static int Main(string[] arguments)
        {
            url = arguments[0];
            Claim("message is taken", Insert);
            Claim("broken rule is an AltinnFault", BrokenRule);
            Claim("wrong password is the fault that clients look for", WrongPassword);
            Console.WriteLine(passed + " passed, " + failed + " failed");
            return failed == 0 ? 0 : 1;
        }
    }
}
