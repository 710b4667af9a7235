using Notary.Core;

namespace Notary.Cli;

/// <summary>
/// Certificates that somebody relies on, held against the ledger as it is shown now: each must be signed by a trusted key,
/// its checkpoint must be continued by the present one, and its statement must stand at its index.
/// </summary>
internal sealed class CertificateWatch(TrustPolicy trust, Continuity continuity)
{
    /// <param name="path">A certificate, or evidence that holds one.</param>
    /// <param name="seen">What the ledger shows.</param>
    /// <param name="tree">Its tree.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>What is wrong, or null.</returns>
    /// <exception cref="CliException">Exit code 2: no certificate of this ledger. Others: what reading the tree throws.</exception>
    public async Task<Finding?> CheckAsync(string path, SeenCheckpoint seen, VerifiedTree tree, CancellationToken cancellation)
    {
        var certificate = EvidenceFile.Read(path, cancellation).Certificate;
        var (statement, proof) = Parse(path, certificate);
        if (statement.Ledger != seen.Checkpoint.Origin)
            throw CliException.Input($"{path}: is a certificate of the ledger {statement.Ledger}, not of {seen.Checkpoint.Origin}");
        var leaf = MerkleHash.Leaf(StrictText.Encode(certificate.Statement));
        if (!MerkleTree.VerifyInclusion(proof.Index, proof.Checkpoint.Size, leaf, proof.Path, proof.Checkpoint.Root))
            return Failed("has a proof that does not lead from its statement to its checkpoint");
        SeenCheckpoint issued;
        try
        {
            issued = SeenCheckpoint.Read(proof.Note, path, trust);
        }
        catch (CliException)
        {
            return Failed("ends in a checkpoint that the key in the trust file did not sign");
        }

        if (issued.Size > seen.Size)
            return new Finding(
                FindingKinds.Stale, ExitCode.Indeterminate, $"the certificate of {statement.Deposit} was issued under {issued.Size} entries, and the ledger shows {seen.Size}", Path: path);
        await continuity.CheckAsync(issued, seen, () => Task.FromResult(tree), cancellation);
        return await tree.LeafAsync(proof.Index, cancellation) == leaf
            ? null
            : Failed($"says that it is entry {proof.Index}, where the ledger has another one");

        Finding Failed(string problem) =>
            new(FindingKinds.Certificate, ExitCode.Failed, $"the certificate of {statement.Deposit} {problem}", Path: path);
    }

    private static (Statement Statement, TlogProof Proof) Parse(string path, Certificate certificate)
    {
        try
        {
            return (Statement.Parse(certificate.Statement), TlogProof.Parse(certificate.Proof));
        }
        catch (MalformedException exception)
        {
            throw CliException.Input($"{path}: {exception.Message}", "this is no certificate: it is damaged, altered, or something else");
        }
    }
}
