using System.Text;
using Google.Protobuf;
using Notary.Cli;
using Notary.Core;
using Proto = Notary.V1;

namespace Notary.Faults;

/// <summary>Every kind of input that a stranger can hand over, read by the code that reads it in earnest.</summary>
internal sealed class InputKinds(Samples samples)
{
    private readonly VerifierInputs inputs = new(samples.Trust.Policy);
    private readonly IReadOnlyList<Evidence> evidence = samples.Evidence;

    public IReadOnlyList<InputKind> All =>
    [
        Note, Checkpoints, Proof, Part("statement", c => c.Statement, (c, text) => c with { Statement = text }),
        Part("claims", c => c.Claims!, (c, text) => c with { Claims = text }),
        Part("request", c => c.Request!, (c, text) => c with { Request = text }), CertificateJson, Zip, Message, Pending,
        Text("request text", samples.Deposits.Select(deposit => Strict(deposit.Request.Bytes.Span)), text => Strict(RequestBytes.Parse(Bytes(text)).Bytes.Span)),
        Text("genesis", [Strict(Bundled[0].Span)], text => Genesis.Parse(text).ToText()),
        Text("item", samples.Deposits[0].Manifest.Items.Select(item => item.ToText()), text => ItemText.Parse(text).ToText()),
        Text("manifest", samples.Deposits.Select(deposit => deposit.Manifest.ToText()), text => Manifest.Parse(text).ToText()),
        Text("opening", samples.Disclosed.Openings.Values.Select(opening => opening.ToText()), text => Opening.Parse(text).ToText()),
        Text("context", [samples.Deposits[0].Context!.ToText()], text => ContextRecord.Parse(text).ToText()),
        Text("vkey", [samples.Key.ToString()], text => VerifierKey.Parse(text).ToString()),
        Text("tile path", ["tile/0/x001/234", "tile/entries/000.p/17"], text => TileId.TryParse(text, out var tile) ? tile.ToString() : throw new MalformedException("tile", null, "is none")),
        Text("trust policy", [samples.Trust.Text], text => TrustPolicy.Parse(text) is null ? "" : text), Bundle,
    ];

    private IReadOnlyList<ReadOnlyMemory<byte>> Bundled => EntryBundle.Parse(new TileId(TileId.Entries, 0, TileId.FullWidth), samples.Bundle);

    private InputKind Note => new("note", 6, Of(evidence.Select(one => one.Certificate.Checkpoint!)), (i, mutant) =>
    {
        var note = SignedNote.Parse(Strict(mutant));
        Identical(note.ToString(), mutant);
        return Believed(note.Check(samples.Key) == NoteCheck.Valid, note.Text == SignedNote.Parse(evidence[i].Certificate.Checkpoint!).Text);
    });

    private InputKind Checkpoints => new("checkpoint", 6, Of(evidence.Select(one => TlogProof.Parse(one.Certificate.Proof).Note.Text)), (i, mutant) =>
    {
        var text = Strict(mutant);
        Identical(Checkpoint.Parse(text).ToText(), mutant);
        var genuine = TlogProof.Parse(evidence[i].Certificate.Proof).Note;
        return Believed(new SignedNote(text, genuine.Signatures).Check(samples.Key) == NoteCheck.Valid, text == genuine.Text);
    });

    private InputKind Proof => new("proof", 8, Of(evidence.Select(one => one.Certificate.Proof)), (i, mutant) =>
    {
        var proof = TlogProof.Parse(Strict(mutant));
        Identical(proof.ToString(), mutant);
        var genuine = TlogProof.Parse(evidence[i].Certificate.Proof);
        var isIncluded = proof.Note.Check(samples.Key) == NoteCheck.Valid && MerkleTree.VerifyInclusion(
            proof.Index, proof.Checkpoint.Size, MerkleHash.Leaf(samples.Answers[i].Statement.Span), proof.Path, proof.Checkpoint.Root);
        return Believed(isIncluded, (proof.Index, proof.Checkpoint) == (genuine.Index, genuine.Checkpoint));
    });

    private InputKind CertificateJson => new("certificate", 6, [.. evidence.Select(one => one.Certificate.ToJson())], (i, mutant) =>
    {
        var certificate = Certificate.Parse(mutant);
        return Verify(Evidence.FromCertificate(certificate), IsSame(certificate, evidence[i].Certificate));
    });

    private InputKind Zip => new("evidence zip", 16, [.. evidence.Append(samples.Disclosed).Select(Pack)], (i, mutant) =>
    {
        using var stream = new MemoryStream(mutant, writable: false);
        var read = Evidence.Read(stream);
        var genuine = i < evidence.Count ? evidence[i] : samples.Disclosed;
        // Whatever it is read as, it is either what was packed or not believed.
        return Verify(read, read.Unknown.Count == 0 && Pack(read).AsSpan().SequenceEqual(Pack(genuine)));
    });

    /// <summary>The answer of a server that lies or a line that garbles, as <c>notary deposit</c> accepts it.</summary>
    private InputKind Message => new("certificate message", 5, [.. samples.Answers.Select(answer => answer.ToByteArray())], (i, mutant) =>
    {
        try
        {
            var accepted = new Acceptance(samples.Trust).Accept(samples.Deposits[i], Proto.Certificate.Parser.ParseFrom(mutant));
            return Believed(true, IsSame(accepted.Certificate, evidence[i].Certificate));
        }
        catch (InvalidProtocolBufferException)
        {
            return Fate.Malformed;
        }
        catch (CliException)
        {
            return Fate.NotBelieved;
        }
    });

    /// <summary>What a client kept before it sent: read after a crash.</summary>
    private InputKind Pending => new("pending deposit", 6, [.. samples.Deposits.Select(deposit => deposit.ToBytes())], (_, mutant) =>
    {
        Cli.PendingDeposit.Parse(mutant);
        return Fate.NotBelieved;
    });

    private InputKind Bundle => new("entry bundle", 4, [samples.Bundle], (_, mutant) =>
    {
        var tile = new TileId(TileId.Entries, 0, TileId.FullWidth);
        var entries = EntryBundle.Parse(tile, mutant);
        return EntryBundle.Print(entries).AsSpan().SequenceEqual(mutant) ? Fate.NotBelieved : throw new FaultException("has two spellings");
    });

    /// <summary>A part of a certificate exchanged for its mutant.</summary>
    private InputKind Part(string name, Func<Certificate, string> get, Func<Certificate, string, Certificate> set) =>
        new(name, 3, Of(evidence.Select(one => get(one.Certificate))), (i, mutant) =>
        {
            var certificate = set(evidence[i].Certificate, Strict(mutant));
            return Verify(Evidence.FromCertificate(certificate), IsSame(certificate, evidence[i].Certificate));
        });

    /// <summary>A text that stands alone: nobody vouches for it, but it has one spelling.</summary>
    private static InputKind Text(string name, IEnumerable<string> originals, Func<string, string> reprint) => new(name, 7, Of(originals), (_, mutant) =>
    {
        Identical(reprint(Strict(mutant)), mutant);
        return Fate.NotBelieved;
    });

    private Fate Verify(Evidence read, bool isSame) => Believed(Verifier.Verify(read, inputs).Verdict == Verdict.Pass, isSame);

    private static Fate Believed(bool isBelieved, bool isSame) =>
        !isBelieved ? Fate.NotBelieved : isSame ? Fate.Same : throw new FaultException("was believed, and says something else");

    /// <summary>Parts may be withheld, and signatures of strangers added; what is there must be what the ledger gave.</summary>
    private static bool IsSame(Certificate read, Certificate genuine)
    {
        var (proof, given) = (TlogProof.Parse(read.Proof), TlogProof.Parse(genuine.Proof));
        return read.Statement == genuine.Statement && (read.Claims ?? genuine.Claims) == genuine.Claims
            && (read.Request ?? genuine.Request) == genuine.Request && read.Timestamps.Count == 0
            && (proof.Index, proof.Checkpoint) == (given.Index, given.Checkpoint);
    }

    private static void Identical(string printed, byte[] mutant) => Identical(printed, Strict(mutant));

    private static void Identical(string printed, string mutant)
    {
        if (printed != mutant)
            throw new FaultException("has two spellings: it is read, and prints as something else");
    }

    private static byte[] Pack(Evidence one)
    {
        using var stream = new MemoryStream();
        one.Write(stream);
        return stream.ToArray();
    }

    private static string Strict(ReadOnlySpan<byte> bytes) => StrictText.Decode("mutant", bytes);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static IReadOnlyList<byte[]> Of(IEnumerable<string> texts) => [.. texts.Select(Bytes)];
}
