using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Notary.Core;
using Notary.Server;
using Notary.Tests.Support;
using Xunit;

namespace Notary.Tests.Server;

/// <summary>The ledger's roots on their way into Bitcoin: through calendars that work, die, lie and come back.</summary>
public sealed class AnchoringTests : IAsyncLifetime
{
    private const ulong Height = 900_000;

    private readonly LedgerHarness harness = new();
    private TestCalendar first = null!;
    private TestCalendar second = null!;

    private AnchorFolder Anchors => harness.Ledger.Anchors;

    public async ValueTask InitializeAsync()
    {
        harness.Open();
        (first, second) = (await TestCalendar.StartAsync(), await TestCalendar.StartAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await first.DisposeAsync();
        await second.DisposeAsync();
        await harness.DisposeAsync();
    }

    [Fact]
    public async Task A_root_is_sent_once_an_interval_while_the_ledger_grows()
    {
        await using var anchoring = Create();
        for (var hour = 0; hour < 3; hour++)
        {
            await harness.DepositAsync();
            await anchoring.StepAsync();
            await anchoring.StepAsync();
            harness.Clock.Move(TimeSpan.FromHours(1));
        }

        await anchoring.StepAsync();

        Assert.Equal([2UL, 3, 4], Anchors.Open.Select(anchor => anchor.Size));
        Assert.Equal(3, first.Taken.Count);
        Assert.Equal(harness.Ledger.Latest.Checkpoint.Root.ToArray(), first.Taken.Last().Digest);
        Assert.Equal((4UL, 0UL, null), (anchoring.Standing.Stamped, anchoring.Standing.InBitcoin, anchoring.Standing.Alarm));
    }

    [Fact]
    public async Task What_was_promised_is_fetched_after_a_restart_and_served_for_each_entry_below()
    {
        var certificate = await harness.DepositAsync();
        var id = Statement.Parse(System.Text.Encoding.UTF8.GetString(certificate.Statement.Span)).Deposit;
        await using (var anchoring = Create())
        {
            await anchoring.StepAsync();
        }

        await harness.ReopenAsync();
        await harness.DepositAsync();
        Assert.Equal((1UL, null, 2UL), (harness.Ledger.FindAnchor(id)!.Index, harness.Ledger.FindAnchor(id)!.Timestamp, harness.Ledger.FindAnchor(id)!.PendingSize));
        var header = Confirm(first);
        await using var again = Create();
        await again.StepAsync();

        var found = harness.Ledger.FindAnchor(id)!.Timestamp!;
        var message = DocumentPath.ToRoot(found.Index, found.Size, found.Path)
            .Aggregate(MerkleHash.Leaf(certificate.Statement.Span).ToArray(), (message, operation) => operation.Apply(message));
        var claim = Assert.Single(found.OverRoot.Claims(message));
        Assert.Equal(header.MerkleRoot.ToArray(), claim.Message.ToArray());
        Assert.Equal(2UL, again.Standing.InBitcoin);
        // The other calendar has not kept its promise yet and is still asked, by and by.
        Assert.Single(Anchors.Open);
        Assert.Null(harness.Ledger.FindAnchor(StoreContractTests.Id(2))!.Timestamp);
    }

    [Fact]
    public async Task Dead_calendars_stop_no_deposit_and_raise_an_alarm_until_one_answers()
    {
        first.Misbehave = second.Misbehave = async context =>
        {
            context.Response.StatusCode = 503;
            await context.Response.StartAsync();
            return true;
        };
        await using var anchoring = Create();
        for (var hour = 0; hour < 5; hour++)
        {
            await harness.DepositAsync();
            await anchoring.StepAsync();
            harness.Clock.Move(TimeSpan.FromHours(1));
        }

        // One root at a time waits for calendars: the newest says everything that older ones would.
        Assert.Equal(6UL, Assert.Single(Anchors.Open).Size);
        Assert.Equal("no calendar can be used", anchoring.Standing.Alarm);
        Assert.All(anchoring.Standing.Calendars, calendar => Assert.Equal((5, "it answers 503"), (calendar.Failures, calendar.Problem)));
        second.Misbehave = null;
        await anchoring.StepAsync();
        Assert.Null(anchoring.Standing.Alarm);
        Assert.Equal(6UL, anchoring.Standing.Stamped);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("garbage")]
    [InlineData("endless")]
    [InlineData("deep")]
    [InlineData("redirect")]
    [InlineData("html")]
    public async Task An_answer_that_is_no_timestamp_is_a_failure_and_is_not_kept(string lie)
    {
        var elsewhere = false;
        second.Misbehave = _ => Task.FromResult(elsewhere = true);
        first.Misbehave = async context =>
        {
            context.Response.StatusCode = lie == "redirect" ? 302 : 200;
            context.Response.Headers.Location = second.Address.AbsoluteUri;
            byte[] body = lie switch
            {
                "garbage" => [0xF0, 0x80, 0x80, 0x80],
                "endless" => new byte[1 << 20],
                "deep" => [.. Enumerable.Repeat((byte)0x08, 256), .. Convert.FromHexString("000588960d73d719010107")],
                "html" => "<html>login</html>"u8.ToArray(),
                _ => [],
            };
            await context.Response.Body.WriteAsync(body);
            return true;
        };
        await using var anchoring = Create(first);
        await harness.DepositAsync();
        await anchoring.StepAsync();

        Assert.Equal(1, anchoring.Standing.Calendars.Single().Failures);
        Assert.Null(Assert.Single(Anchors.Open).Stamps.Single().Timestamp);
        Assert.False(elsewhere);
    }

    [Fact]
    public async Task A_block_that_the_operators_node_does_not_know_is_not_believed()
    {
        // Nobody listens there: a block that cannot be looked up is not believed either.
        using var node = new BitcoinNode(new Uri("http://127.0.0.1:1"));
        await using var anchoring = Anchoring.Create(
            harness.Ledger, new AnchoringOptions([first.Address], TimeSpan.FromHours(1), node), harness.Clock, NullLogger.Instance);
        await harness.DepositAsync();
        await anchoring.StepAsync();
        Confirm(first);
        harness.Clock.Move(TimeSpan.FromMinutes(10));
        await anchoring.StepAsync();

        Assert.Equal(0UL, anchoring.Standing.InBitcoin);
        Assert.Contains("cannot be asked", anchoring.Standing.Calendars.Single().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_calendar_cannot_send_the_server_to_another_address()
    {
        var visited = false;
        second.Misbehave = _ => Task.FromResult(visited = true);
        first.Pretended = second.Address.AbsoluteUri;
        await using var anchoring = Create(first);
        await harness.DepositAsync();
        await anchoring.StepAsync();
        harness.Clock.Move(TimeSpan.FromMinutes(10));
        await anchoring.StepAsync();

        Assert.False(visited);
        Assert.Equal(1, first.Asked);
    }

    [Fact]
    public async Task A_calendar_that_promises_without_end_is_given_up_in_time_and_space()
    {
        var start = harness.Clock.GetUtcNow();
        await using var anchoring = Create(first);
        await harness.DepositAsync();
        await anchoring.StepAsync();
        var (root, commitment) = first.Taken.Single();
        for (var day = 0; day < 60; day++)
        {
            var answer = new OtsTimestamp([new PendingAttestation(first.Address.AbsoluteUri)], []).After([OtsOperation.Prepend(new byte[1000]), OtsOperation.Append([(byte)day]), OtsOperation.Sha256]);
            first.Answer(commitment, answer);
            harness.Clock.Move(TimeSpan.FromDays(1));
            await anchoring.StepAsync();
        }

        Assert.Equal(harness.Ledger.Latest.Checkpoint.Root.ToArray(), root);
        // What did not get there in eight weeks is tried anew, and the old promises are forgotten.
        var anew = Assert.Single(Anchors.Open);
        Assert.True(anew.Made - start >= Anchor.Patience);
        var file = Assert.Single(Directory.GetFiles(Path.Combine(harness.Data, "ots")));
        Assert.InRange(new FileInfo(file).Length, 100, 2 * CalendarStamp.MaxBytes);
    }

    [Fact]
    public async Task A_calendar_that_never_reaches_Bitcoin_raises_an_alarm()
    {
        await using var anchoring = Create(first);
        await harness.DepositAsync();
        await anchoring.StepAsync();
        harness.Clock.Move(TimeSpan.FromDays(3));
        await anchoring.StepAsync();

        Assert.Contains("waited 3 days", anchoring.Standing.Alarm, StringComparison.Ordinal);
        await harness.DepositAsync();
    }

    [Fact]
    public async Task Anchors_of_another_ledger_are_not_served()
    {
        await using (var anchoring = Create(first))
        {
            await harness.DepositAsync();
            await anchoring.StepAsync();
            Confirm(first);
            harness.Clock.Move(TimeSpan.FromHours(1));
            await anchoring.StepAsync();
        }

        var file = Directory.GetFiles(Path.Combine(harness.Data, "ots")).Single();
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await harness.CloseAsync();
        await File.WriteAllTextAsync(file, text.Replace($"root {harness.Ledger.Latest.Checkpoint.Root}", $"root {Hash.Of([1])}", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(file.Replace("2.anchor", "3.anchor", StringComparison.Ordinal), "no anchor", TestContext.Current.CancellationToken);
        harness.Open();

        Assert.Null(harness.Ledger.FindAnchor(StoreContractTests.Id(1))!.Timestamp);
        Assert.Null(harness.Ledger.FindAnchor(StoreContractTests.Id(7)));
    }

    [Fact]
    public void An_anchor_reads_back_as_it_was_written_and_nothing_else_does()
    {
        var stamp = new CalendarStamp(first.Address, new OtsTimestamp([new BitcoinAttestation(7)], []));
        var anchor = new Anchor(5, Hash.Of([1]), TestLedger.Created, [stamp, new CalendarStamp(second.Address, null)]);
        var text = anchor.ToText();

        Assert.Equal(text, Anchor.Parse(text).ToText());
        Assert.True(Anchor.Parse(text).IsInBitcoin);
        foreach (var mutated in ByteMutations.Of(System.Text.Encoding.UTF8.GetBytes(text), seed: 3))
        {
            try
            {
                _ = Anchor.Parse(System.Text.Encoding.Latin1.GetString(mutated)).ToText();
            }
            catch (MalformedException)
            {
                // Told, and left as it is.
            }
        }
    }

    private Anchoring Create(params TestCalendar[] calendars) => Anchoring.Create(
        harness.Ledger,
        new AnchoringOptions([.. (calendars.Length > 0 ? calendars : [first, second]).Select(calendar => calendar.Address)], TimeSpan.FromHours(1), null),
        harness.Clock,
        NullLogger.Instance);

    private BlockHeader Confirm(TestCalendar calendar)
    {
        var commitment = calendar.Taken.Last().Commitment;
        var (timestamp, header) = TestBlock.Stamp(new Hash(commitment), Height, harness.Clock.GetUtcNow());
        calendar.Answer(commitment, timestamp);
        return header;
    }
}
