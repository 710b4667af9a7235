using System.Text;
using Notary.Core;
using Xunit;

namespace Notary.Tests.Core;

/// <summary>Social credit codes, registrations of keys, and the audit log's chain.</summary>
public sealed class AccountTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 3, 10, 11, TimeSpan.Zero);

    // Codes that the companies print on their own pages.
    [Theory]
    [InlineData("91330100799655058B")]
    [InlineData("9144030071526726XG")]
    [InlineData("914403001922038216")]
    public void A_real_code_is_taken_and_every_single_mistake_in_it_is_found(string code)
    {
        Assert.Null(SocialCreditCode.Problem(code));
        for (var i = 0; i < code.Length; i++)
        {
            foreach (var c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".Where(c => c != code[i]))
                Assert.NotNull(SocialCreditCode.Problem(code[..i] + c + code[(i + 1)..]));
            if (i > 0 && code[i] != code[i - 1])
                Assert.NotNull(SocialCreditCode.Problem(code[..(i - 1)] + code[i] + code[i - 1] + code[(i + 1)..]));
        }

        foreach (var other in new[] { "", code[1..], code + "0", code.ToLowerInvariant(), code[..17] + " ", "\uFF19" + code[1..] })
            Assert.True(SocialCreditCode.Problem(other) is not null || other == code, other);
    }

    [Fact]
    public void A_registration_proves_possession_and_no_byte_of_it_can_be_changed()
    {
        var key = SigningKey.Create("linghang", TestLedger.Seed(1));
        var note = Encoding.UTF8.GetBytes(KeyRegistration.Create("ledger.example/test", key, Now));
        Assert.Equal(new KeyRegistration("ledger.example/test", "linghang", key.Verifier, Now), KeyRegistration.Parse(note));
        for (var i = 0; i < note.Length; i++)
        {
            var changed = note.ToArray();
            changed[i] ^= 1;
            Assert.Throws<MalformedException>(() => KeyRegistration.Parse(changed));
        }
    }

    [Fact]
    public void A_key_cannot_be_registered_by_somebody_who_does_not_hold_it()
    {
        var (mine, theirs) = (SigningKey.Create("linghang", TestLedger.Seed(1)), SigningKey.Create("linghang", TestLedger.Seed(2)));
        var text = SignedNote.Parse(KeyRegistration.Create("ledger.example/test", theirs, Now)).Text;
        Assert.Throws<MalformedException>(() => KeyRegistration.Parse(Encoding.UTF8.GetBytes(SignedNote.Sign(text, mine).ToString())));
        // Nor with the signature of the deposit of theirs that somebody saw.
        var request = "notary.request/v1\n";
        Assert.Throws<MalformedException>(() => KeyRegistration.Parse(Encoding.UTF8.GetBytes(new SignedNote(text, [theirs.Sign(request)]).ToString())));
        var named = KeyRegistration.Create("ledger.example/test", SigningKey.Create("other", TestLedger.Seed(2)), Now).Replace("account other", "account linghang", StringComparison.Ordinal);
        Assert.Throws<MalformedException>(() => KeyRegistration.Parse(Encoding.UTF8.GetBytes(named)));
    }

    [Fact]
    public void The_audit_chain_finds_a_record_that_was_changed_left_out_repeated_or_put_in()
    {
        var records = Chain(6);
        Assert.Null(Walk(records));
        for (var i = 0; i < records.Count; i++)
        {
            var changed = records.ToList();
            changed[i] = changed[i].Replace("event happened", "event happening", StringComparison.Ordinal);
            // The last one's change shows in the head alone, which is what goes onto the ledger.
            Assert.True(Walk(changed) is not null || (i == records.Count - 1 && Head(changed) != Head(records)));
            Assert.True(Walk([.. records.Where((_, j) => j != i)]) is not null || i == records.Count - 1);
            Assert.NotNull(Walk([.. records[..(i + 1)], .. records[i..]]));
            if (i > 0)
                Assert.NotNull(Walk([.. records[..(i - 1)], records[i], records[i - 1], .. records[(i + 1)..]]));
        }
    }

    [Fact]
    public void Audit_texts_print_as_they_were_read()
    {
        var record = new AuditRecord(7, Hash.Of("x"u8), Now, "key-created", "alpha/zhang", "alpha", "credential 3");
        Assert.Equal(record, AuditRecord.Parse(record.ToText()));
        var bare = record with { Account = null, Detail = null };
        Assert.Equal(bare.ToText(), AuditRecord.Parse(bare.ToText()).ToText());
        var head = new AuditHead("ledger.example/test", Now, 7, Hash.Of("y"u8));
        Assert.Equal(head, AuditHead.Parse(head.ToText()));
        Assert.Throws<MalformedException>(() => AuditRecord.Parse(record.ToText() + "more 1\n"));
        Assert.Throws<MalformedException>(() => AuditHead.Parse(head.ToText().Replace("records 7", "records 07", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_notice_that_the_log_lost_records_is_a_head_and_no_other_notice_is()
    {
        var notice = new AuditHead("ledger.example/test", Now, 7, Hash.Of("y"u8)) { Kept = 3 };
        var text = notice.ToText();
        Assert.StartsWith("notary.notice/v1\n", text, StringComparison.Ordinal);
        Assert.Equal(notice, AuditHead.Parse(text));
        Assert.True(Entry.IsAuditHead(System.Text.Encoding.UTF8.GetBytes(text)));
        Assert.True(Entry.IsAuditHead(System.Text.Encoding.UTF8.GetBytes((notice with { Kept = null }).ToText())));
        foreach (var bad in (string[])[
            text.Replace("about audit-log", "about succession", StringComparison.Ordinal), text.Replace("kept 3", "kept 7", StringComparison.Ordinal),
            text.Replace("kept 3\n", "", StringComparison.Ordinal), text.Replace("notary.notice", "notary.audit", StringComparison.Ordinal), text + "more 1\n"])
            Assert.Throws<MalformedException>(() => AuditHead.Parse(bad));
        Assert.False(Entry.IsAuditHead("notary.notice/v1\nledger a\nabout succession\n"u8));
        Assert.False(Entry.IsAuditHead("notary.notice/v1 about audit-log\n"u8));
    }

    private static List<string> Chain(int count)
    {
        var records = new List<string>();
        var previous = default(Hash);
        for (var number = 1; number <= count; number++)
        {
            records.Add(new AuditRecord((ulong)number, previous, Now.AddSeconds(number), "happened", "alpha/zhang", "alpha", null).ToText());
            previous = AuditRecord.HashOf(records[^1]);
        }

        return records;
    }

    private static string? Walk(IReadOnlyList<string> records)
    {
        var chain = new AuditChain();
        return records.Select(chain.Continue).FirstOrDefault(problem => problem is not null);
    }

    private static Hash Head(IReadOnlyList<string> records) => AuditRecord.HashOf(records[^1]);
}
