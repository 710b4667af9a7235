using System.Text;
using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

/// <summary><c>notary.notice/v1</c> about a succession.</summary>
public sealed class SuccessionNoticeTests
{
    private static readonly TestLedger Old = TestLedger.Grown(5);

    private static string Text { get; } = new SuccessionNotice("ledger.example/second", TestLedger.Created, Old.Key.Verifier, Old.Checkpoint()).ToText();

    [Fact]
    public void What_is_printed_reads_back()
    {
        var notice = SuccessionNotice.Parse(Text);
        Assert.Equal(Text, notice.ToText());
        Assert.Equal((Old.Origin, 5UL, Old.Root()), (notice.Checkpoint.Origin, notice.Checkpoint.Size, notice.Checkpoint.Root));
        Assert.Equal(NoteCheck.Valid, notice.Note.Check(Old.Key.Verifier));
        Assert.False(Entry.IsDeposit(Encoding.UTF8.GetBytes(Text)));
    }

    [Theory]
    [InlineData("ledger ledger.example/second", "ledger Ledger.example/second", "ledger")]
    [InlineData("ledger ledger.example/second", "ledger ledger.example/test", "predecessor")]
    [InlineData("at 2026", "at 26", "at")]
    [InlineData("about succession", "about withdrawal", "about")]
    [InlineData("predecessor ledger.example/test", "predecessor ledger.example/tost", "predecessor")]
    [InlineData("checkpoint bGVk", "checkpoint *GVk", "checkpoint")]
    [InlineData("\ncheckpoint", "\nreason lost\ncheckpoint", "checkpoint")]
    [InlineData("about succession\n", "", "about")]
    public void A_field_that_breaks_a_rule_is_named(string from, string to, string field)
    {
        Assert.Contains(from, Text, StringComparison.Ordinal);
        var error = Assert.Throws<MalformedException>(() => SuccessionNotice.Parse(Text.Replace(from, to, StringComparison.Ordinal)));
        Assert.Equal(("notary.notice/v1", field), (error.Document, error.Field));
    }

    [Fact]
    public void A_checkpoint_that_is_none_or_another_ledgers_is_refused()
    {
        var other = new TestLedger("ledger.example/other", 2);
        Assert.Throws<MalformedException>(() => SuccessionNotice.Parse(
            new SuccessionNotice("ledger.example/second", TestLedger.Created, Old.Key.Verifier, other.Checkpoint()).ToText()));
        var noCheckpoint = new SignedNote("words\n", [Old.Key.Sign("words\n")]);
        Assert.Throws<MalformedException>(() => SuccessionNotice.Parse(
            new SuccessionNotice("ledger.example/second", TestLedger.Created, Old.Key.Verifier, noCheckpoint).ToText()));
        Assert.Throws<MalformedException>(() => SuccessionNotice.Parse(Text + "\n"));
        Assert.Throws<MalformedException>(() => SuccessionNotice.Parse(Text[..^1]));
    }
}
