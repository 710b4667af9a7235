namespace Notary.Core;

/// <summary>Whether the entry is in the ledger (check 5) and whether a trusted ledger says so (check 6).</summary>
internal static class LedgerChecks
{
    public static Check Inclusion(CertificateTexts texts)
    {
        const string name = CheckNames.Inclusion;
        if (texts.Statement is not { } statement)
            return NotADeposit(texts);
        if (texts.Proof is not { } proof)
            return ProofUnreadable(name, texts);
        var leaf = MerkleHash.Leaf(CertificateTexts.Bytes(texts.EntryText));
        var (index, size) = (proof.Index, proof.Checkpoint.Size);
        if (index >= size || MerkleTree.RootFromInclusion(index, size, leaf, proof.Path) is not { } root)
            return Check.Fail(
                name,
                $"The inclusion proof cannot belong to index {index} of a tree of {size} entries.",
                $"包含证明与共 {size} 条的账本中序号 {index} 不相符。");
        if (root != proof.Checkpoint.Root)
            return Check.Fail(
                name,
                $"The statement is not the entry at index {index} under the checkpoint's root.",
                $"该存证记录不是检查点根之下序号 {index} 的条目。");
        // A ledger's first entry is its genesis, so a deposit always comes after something.
        if (statement.AfterSize < 1 || statement.AfterSize > index)
            return Check.Fail(
                name,
                $"The statement says that it came after {statement.AfterSize} entries, which cannot be at index {index}.",
                $"存证记录称其之前有 {statement.AfterSize} 条，与序号 {index} 矛盾。");
        return Check.Pass(
            name,
            $"The statement is the entry at index {index} of {size} under the checkpoint's root. The tree of size {statement.AfterSize} that it says it came after fits the index; that tree's root was not checked, which takes a consistency proof.",
            $"该存证记录是检查点根之下共 {size} 条中序号 {index} 的条目。其所称之前的 {statement.AfterSize} 条与序号相符；其所列的先前根未核验（需要一致性证明）。");
    }

    /// <param name="texts">The certificate's.</param>
    /// <param name="keys">Whose signature counts.</param>
    /// <param name="dated">Checkpoints that include the entry, this one or others, with independent times.</param>
    public static Check Checkpoint(CertificateTexts texts, TrustedKeys keys, IReadOnlyList<DatedCheckpoint> dated)
    {
        const string name = CheckNames.Checkpoint;
        var policy = keys.Policy;
        if (texts.Proof is not { } proof)
            return ProofUnreadable(name, texts);
        var origin = proof.Checkpoint.Origin;
        if (texts.Statement is { } statement && statement.Ledger != origin)
            return Check.Fail(
                name,
                $"The statement is of ledger '{statement.Ledger}', the checkpoint of '{origin}'.",
                $"存证记录属于账本“{statement.Ledger}”，检查点却属于“{origin}”。");
        // C2SP signed-note: a trusted key's bad signature condemns the note, whoever else signed it.
        if (policy.Logs.FirstOrDefault(log => proof.Note.Check(log.Key) == NoteCheck.Invalid) is { } bad)
            return Check.Fail(
                name,
                $"The checkpoint bears a signature in the name of '{bad.Key.Name}' that does not verify: it was altered or forged.",
                $"检查点上以“{bad.Key.Name}”名义的签名无效：检查点被改动或伪造。");
        if (policy.Logs.Count == 0)
            return Check.NotChecked(
                name,
                "The trust file names no ledger, so whose checkpoint this is was not checked.",
                "信任文件未列出任何账本，因此未核验检查点由谁签署。");
        return Signed(texts, keys, dated, origin, proof.Note);
    }

    private static Check Signed(CertificateTexts texts, TrustedKeys keys, IReadOnlyList<DatedCheckpoint> dated, string origin, SignedNote note)
    {
        const string name = CheckNames.Checkpoint;
        var named = keys.Policy.Logs.Select(log => log.Key).Where(key => key.Name == origin).ToList();
        if (named.Count == 0)
            return Check.Fail(
                name,
                $"The checkpoint is of ledger '{origin}', which the trust file does not name.",
                $"检查点属于账本“{origin}”，信任文件中没有该账本。");
        var signers = named.FindAll(key => note.Check(key) == NoteCheck.Valid);
        if (signers.Count == 0)
            return Check.Fail(
                name,
                $"The checkpoint is not signed by the key of '{origin}' that the trust file names.",
                $"检查点没有信任文件所列“{origin}”密钥的签名。");
        // Whoever holds a compromised key signs any checkpoint with any date: only an independent time tells the old ones. Of
        // a checkpoint that the key signed, that is: another's says nothing of what this key had signed by then.
        var signer = signers.Find(key => keys.CompromisedSince(key) is not { } since
            || dated.Any(other => other.Time.Time < since && other.Note.Check(key) == NoteCheck.Valid));
        if (signer is null)
            return Compromised(signers[0], keys.CompromisedSince(signers[0])!.Value);
        if (texts.Statement is null)
            return Check.NotChecked(
                name,
                $"The checkpoint is signed by '{origin}', but there is no statement whose ledger could be compared.",
                $"检查点由“{origin}”签署，但没有可比对其账本的存证记录。");
        return keys.ChangeTo(signer) is { Change.Old: var old, Proof.Index: var index }
            ? Check.Pass(
                name,
                $"The checkpoint is signed by ledger '{origin}' under the key with id {signer.KeyId:x8}, to which it changed at entry {index} from the key with id {old.KeyId:x8}; the key change given proves it.",
                $"检查点由账本“{origin}”以密钥（编号 {signer.KeyId:x8}）签署；该账本于序号 {index} 由密钥（编号 {old.KeyId:x8}）变更为此密钥，所提供的密钥变更证明了这一点。")
            : Check.Pass(
                name,
                $"The checkpoint is signed by ledger '{origin}' under the trusted key with id {signer.KeyId:x8}.",
                $"检查点由账本“{origin}”以受信任的密钥（编号 {signer.KeyId:x8}）签署。");
    }

    private static Check Compromised(VerifierKey key, DateTimeOffset since) => Check.NotChecked(
        CheckNames.Checkpoint,
        $"The checkpoint is signed by the key with id {key.KeyId:x8}, which you say was compromised at {Timestamp.Format(since)}, and no independent time shows that it was signed before: whoever came to hold the key could have made it.",
        $"检查点由密钥（编号 {key.KeyId:x8}）签署；您指明该密钥于 {Timestamp.Format(since)} 泄露，而没有独立时间证明签署在此之前：取得该密钥的人均可制作此检查点。");

    private static Check NotADeposit(CertificateTexts texts)
    {
        // The genesis entry and a ledger's key changes are in the tree too; a proof of one certifies nobody's document.
        var problem = texts.StatementText.Problem;
        return Check.Fail(
            CheckNames.Inclusion,
            $"The entry is not a deposit's statement and certifies nothing ({problem}).",
            $"该条目不是存证记录，不能证明任何文件（{problem}）。");
    }

    private static Check ProofUnreadable(string name, CertificateTexts texts) => Check.Fail(
        name,
        $"The proof cannot be read ({texts.ProofText.Problem}).",
        $"无法读取证明（{texts.ProofText.Problem}）。");
}
