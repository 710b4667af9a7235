using System.Text;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Notary.Core;
using Notary.Tests.Support;
using Xunit;
using Proto = Notary.V1;

namespace Notary.Tests.Server;

/// <summary>The deposit interface over a real server: what it answers and what each refusal is called.</summary>
public sealed class NotaryServiceTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deposit_returns_a_certificate_that_verifies()
    {
        var request = RequestBytes.Create(server.NewRequest(), null);
        var certificate = await DepositAsync(request.Bytes);

        var info = await server.Client.GetLedgerInfoAsync(new Proto.GetLedgerInfoRequest(), cancellationToken: Cancellation);
        Assert.Equal(server.Origin, info.Origin);
        var report = Verify(certificate, info.Vkey);
        Assert.Equal(CheckResult.Pass, report.Checks.Single(check => check.Name == "inclusion").Result);
        Assert.Equal(CheckResult.Pass, report.Checks.Single(check => check.Name == "checkpoint").Result);
        Assert.Equal(CheckResult.Pass, report.Checks.Single(check => check.Name == "claims").Result);
        Assert.Equal(request.Bytes.ToArray(), certificate.Request.ToByteArray());
    }

    [Fact]
    public async Task The_same_bytes_again_get_the_same_statement_and_claims_and_a_proof_under_the_latest_checkpoint()
    {
        var request = RequestBytes.Create(server.NewRequest(), null);
        var first = await DepositAsync(request.Bytes);
        await DepositAsync(RequestBytes.Create(server.NewRequest(), null).Bytes);
        var again = await DepositAsync(request.Bytes);
        Assert.Equal((first.Statement, first.Claims), (again.Statement, again.Claims));
        Assert.True(ProofOf(again).Checkpoint.Size > ProofOf(first).Checkpoint.Size);
    }

    [Fact]
    public async Task Other_bytes_under_the_same_uuid_already_exist_and_nothing_is_told()
    {
        var request = server.NewRequest();
        await DepositAsync(RequestBytes.Create(request, null).Bytes);
        var error = await FailsAsync(RequestBytes.Create(request with { Kind = "other" }, null).Bytes);
        Assert.Equal(StatusCode.AlreadyExists, error.StatusCode);
        Assert.Empty(RichStatus.Of(error).Details);
    }

    [Theory]
    [InlineData("request.kind", "kind trade-secret", "kind Trade Secret")]
    [InlineData("request.items", "items 1", "items 0")]
    [InlineData("request.items", "items 1", "items one")]
    [InlineData("request.account", "account local", "account someone-else")]
    [InlineData("request.ledger", "ledger ledger.example.org/test", "ledger ledger.example.org/other")]
    [InlineData("request.requested", "Z\n", "\n")]
    [InlineData("request.commitment", "commitment ", "commitment 00")]
    [InlineData("request.deposit", "deposit 0", "deposit F")]
    public async Task A_wrong_field_of_the_request_is_named(string field, string right, string wrong)
    {
        var text = server.NewRequest().ToText();
        Assert.Contains(right, text, StringComparison.Ordinal);
        var error = await FailsAsync(Encoding.UTF8.GetBytes(text.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(field, RichStatus.Violation(error).Field);
        Assert.NotEmpty(RichStatus.Violation(error).Description);
    }

    [Fact]
    public async Task The_limits_of_a_request_are_named()
    {
        var text = (server.NewRequest() with { Title = new string('t', 256) }).ToText();
        var title = await FailsAsync(Encoding.UTF8.GetBytes(text.Replace("title ", "title t", StringComparison.Ordinal)));
        Assert.Equal("request.title", RichStatus.Violation(title).Field);
        Assert.Contains("256", RichStatus.Violation(title).Description, StringComparison.Ordinal);

        var size = await FailsAsync(new byte[8_193]);
        Assert.Equal("request", RichStatus.Violation(size).Field);
        Assert.Contains("8192", RichStatus.Violation(size).Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_an_invalid_request()
    {
        foreach (byte[] bytes in (byte[][])[[], [0xFF, 0xFE], "hello"u8.ToArray(), "notary.request/v1\n"u8.ToArray()])
            Assert.Equal(StatusCode.InvalidArgument, (await FailsAsync(bytes)).StatusCode);
    }

    [Fact]
    public async Task A_message_over_a_mebibyte_is_refused()
    {
        var error = await FailsAsync(new byte[(1 << 20) + 1]);
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_end_their_call_alone_and_tell_nothing_of_the_server()
    {
        var garbage = new Method<byte[], byte[]>(
            MethodType.Unary, "notary.v1.Notary", "GetCertificate", Marshallers.Create(b => b, b => b), Marshallers.Create(b => b, b => b));
        byte[][] messages = [[0xFF], [0x0A, 0x7F], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]];
        foreach (var message in messages)
        {
            using var call = server.Channel.CreateCallInvoker().AsyncUnaryCall(garbage, null, new CallOptions(cancellationToken: Cancellation), message);
            var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
            Assert.Equal((StatusCode.Unknown, "Exception was thrown by handler."), (error.StatusCode, error.Status.Detail));
        }

        Assert.True((await CheckpointAsync()).Size > 0);
    }

    [Fact]
    public async Task A_certificate_is_found_by_its_uuid_in_either_case()
    {
        var request = RequestBytes.Create(server.NewRequest(), null);
        var deposited = await DepositAsync(request.Bytes);
        foreach (var uuid in (string[])[$"{request.Request.Deposit}", $"{request.Request.Deposit}".ToUpperInvariant()])
        {
            var response = await server.Client.GetCertificateAsync(
                new Proto.GetCertificateRequest { Deposit = uuid }, cancellationToken: Cancellation);
            Assert.Equal((deposited.Statement, deposited.Claims), (response.Certificate.Statement, response.Certificate.Claims));
        }
    }

    [Fact]
    public async Task An_unknown_uuid_is_not_found_and_what_is_none_is_invalid()
    {
        var unknown = await Assert.ThrowsAsync<RpcException>(() => GetAsync(server.NewRequest().Deposit.ToString()));
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
        foreach (var text in (string[])["", "x", "00000000-0000-4000-8000-000000000000", new string('0', 70_000)])
        {
            var error = await Assert.ThrowsAsync<RpcException>(() => GetAsync(text));
            Assert.Equal("deposit", RichStatus.Violation(error).Field);
        }

        async Task GetAsync(string deposit) => await server.Client.GetCertificateAsync(
            new Proto.GetCertificateRequest { Deposit = deposit }, cancellationToken: Cancellation);
    }

    [Fact]
    public async Task Pages_list_every_deposit_once_newest_first()
    {
        var requests = Enumerable.Range(0, 7).Select(_ => RequestBytes.Create(server.NewRequest(), null)).ToList();
        foreach (var request in requests)
            await DepositAsync(request.Bytes);
        var listed = new List<Proto.DepositSummary>();
        var page = new Proto.ListDepositsResponse();
        do
        {
            page = await ListAsync(3, page.NextPageToken);
            Assert.InRange(page.Deposits.Count, 0, 3);
            listed.AddRange(page.Deposits);
        }
        while (page.NextPageToken.Length > 0);

        Assert.Equal(listed.OrderByDescending(deposit => deposit.Index), listed);
        Assert.Equal(1UL, listed[^1].Index);
        foreach (var request in requests)
        {
            var summary = Assert.Single(listed, deposit => deposit.Deposit == $"{request.Request.Deposit}");
            Assert.Equal(request.Request.Commitment.ToArray(), summary.Commitment.ToByteArray());
            Assert.True(Timestamp.TryParse(summary.Received, out _));
        }
    }

    [Theory]
    [InlineData("page_size", 1_001u, "")]
    [InlineData("page_token", 1u, "x")]
    [InlineData("page_token", 1u, "01")]
    [InlineData("page_token", 1u, "99999999999999999999")]
    public async Task A_page_that_cannot_be_is_refused(string field, uint size, string token)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => ListAsync(size, token));
        Assert.Equal(field, RichStatus.Violation(error).Field);
    }

    [Fact]
    public async Task A_consistency_proof_joins_an_old_checkpoint_to_the_latest()
    {
        await DepositAsync(RequestBytes.Create(server.NewRequest(), null).Bytes);
        var old = await CheckpointAsync();
        await DepositAsync(RequestBytes.Create(server.NewRequest(), null).Bytes);
        var response = await server.Client.GetConsistencyProofAsync(
            new Proto.GetConsistencyProofRequest { First = old.Size }, cancellationToken: Cancellation);
        var latest = Checkpoint.Parse(SignedNote.Parse(response.Checkpoint.ToStringUtf8()).Text);
        var path = response.Hashes.Select(hash => new Hash(hash.Span)).ToList();
        Assert.True(latest.Size > old.Size);
        Assert.True(MerkleTree.VerifyConsistency(old.Size, latest.Size, old.Root, latest.Root, path));
    }

    [Theory]
    [InlineData(0UL, 0UL, StatusCode.InvalidArgument)]
    [InlineData(0UL, 1UL, StatusCode.InvalidArgument)]
    [InlineData(2UL, 1UL, StatusCode.InvalidArgument)]
    [InlineData(1UL, ulong.MaxValue, StatusCode.OutOfRange)]
    [InlineData(ulong.MaxValue, 0UL, StatusCode.OutOfRange)]
    public async Task Sizes_that_no_proof_joins_are_refused(ulong first, ulong second, StatusCode expected)
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.GetConsistencyProofAsync(
            new Proto.GetConsistencyProofRequest { First = first, Second = second }, cancellationToken: Cancellation));
        Assert.Equal(expected, error.StatusCode);
    }

    [Fact]
    public async Task A_deadline_that_has_passed_ends_the_call()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await server.Client.DepositAsync(
            new Proto.DepositRequest(), deadline: DateTime.UnixEpoch, cancellationToken: Cancellation));
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task Concurrent_deposits_of_one_uuid_make_one_entry()
    {
        var request = RequestBytes.Create(server.NewRequest(), null);
        var before = await CheckpointAsync();
        var certificates = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => DepositAsync(request.Bytes)));
        Assert.Single(certificates.Select(certificate => certificate.Statement).Distinct());
        Assert.Equal(before.Size + 1, (await CheckpointAsync()).Size);
    }

    private async Task<Proto.Certificate> DepositAsync(ReadOnlyMemory<byte> request)
    {
        var response = await server.Client.DepositAsync(
            new Proto.DepositRequest { Request = ByteString.CopyFrom(request.Span) }, cancellationToken: Cancellation);
        return response.Certificate;
    }

    private Task<RpcException> FailsAsync(ReadOnlyMemory<byte> request) =>
        Assert.ThrowsAsync<RpcException>(() => DepositAsync(request));

    private async Task<Proto.ListDepositsResponse> ListAsync(uint size, string token) => await server.Client.ListDepositsAsync(
        new Proto.ListDepositsRequest { PageSize = size, PageToken = token }, cancellationToken: Cancellation);

    private async Task<Checkpoint> CheckpointAsync()
    {
        var info = await server.Client.GetLedgerInfoAsync(new Proto.GetLedgerInfoRequest(), cancellationToken: Cancellation);
        return Checkpoint.Parse(SignedNote.Parse(info.Checkpoint.ToStringUtf8()).Text);
    }

    private static TlogProof ProofOf(Proto.Certificate certificate) => TlogProof.Parse(certificate.Proof.ToStringUtf8());

    private static Report Verify(Proto.Certificate certificate, string vkey)
    {
        var evidence = Evidence.FromCertificate(new Certificate
        {
            Statement = certificate.Statement.ToStringUtf8(),
            Claims = certificate.Claims.ToStringUtf8(),
            Request = certificate.Request.ToStringUtf8(),
            Proof = certificate.Proof.ToStringUtf8(),
        });
        return Verifier.Verify(evidence, new VerifierInputs(TrustPolicy.Parse(TrustPolicy.Format(VerifierKey.Parse(vkey), null))));
    }
}
