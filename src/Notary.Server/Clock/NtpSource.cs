using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Notary.Server;

/// <summary>How a time source stands.</summary>
/// <param name="Source">Its name.</param>
/// <param name="Failures">Rounds in a row in which it was of no use; 0: the last answer agreed with the others.</param>
/// <param name="Problem">Why, one clause without a full stop; null when there is nothing to tell.</param>
internal sealed record SourceStanding(string Source, int Failures, string? Problem);

/// <summary>What a source answered.</summary>
/// <param name="Truth">Where the true time lay when the answer came, by the source.</param>
/// <param name="Arrived">That moment, by the monotonic clock.</param>
/// <param name="Address">Who answered.</param>
internal sealed record SourceAnswer(TimeInterval Truth, long Arrived, IPEndPoint Address);

/// <summary>Asks one time source. Owned by the guard's loop.</summary>
internal sealed class NtpSource(NtpServer server, TimeProvider time, RandomNumberGenerator randomness)
{
    /// <summary>An answer that took longer could be off by more than a second, which is of no use.</summary>
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2);

    /// <summary>How long a source that forbids itself to be asked is left alone (RFC 5905, section 7.4: for good).</summary>
    private static readonly TimeSpan Banned = TimeSpan.FromDays(1);

    private const int MostDoublings = 4;

    // Owned by the loop. Whoever asks for fewer questions is asked in every second, fourth … round, and that stays.
    private int doublings;
    private int roundsToSkip;
    private long quietSince;
    private TimeSpan quietFor;

    // Written by the loop alone.
    private volatile SourceStanding standing = new(server.ToString(), 0, null);

    public string Name => standing.Source;

    public SourceStanding Standing => standing;

    /// <summary>Whether this round asks it. Each round asks this once.</summary>
    public bool IsDue()
    {
        if (time.GetElapsedTime(quietSince) < quietFor || roundsToSkip-- > 0)
            return false;
        roundsToSkip = (1 << doublings) - 1;
        return true;
    }

    /// <summary>Asks once. From a new port each time, which nobody can guess (RFC 9109).</summary>
    /// <exception cref="NtpException">There is no answer that tells the time.</exception>
    public async Task<SourceAnswer> AskAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(AnswerWithin, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await AskAsync(await FindAsync(both.Token).ConfigureAwait(false), both.Token).ConfigureAwait(false);
        }
        catch (NtpException e) when (e.Kiss is { } kiss)
        {
            Obey(kiss);
            throw;
        }
        catch (SocketException e)
        {
            throw new NtpException($"it cannot be reached ({e.SocketErrorCode})");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new NtpException($"it gave no answer within {AnswerWithin.TotalSeconds:0} s");
        }
    }

    /// <summary>The last answer agreed with the others.</summary>
    public void Agreed() => standing = new SourceStanding(Name, 0, null);

    /// <summary>It was of no use in this round.</summary>
    public void Failed(string problem) => standing = new SourceStanding(Name, standing.Failures + 1, problem);

    private async Task<IPEndPoint> FindAsync(CancellationToken cancellation) =>
        await Dns.GetHostAddressesAsync(server.Host, cancellation).ConfigureAwait(false) is [var first, ..]
            ? new IPEndPoint(first, server.Port)
            : throw new NtpException("its name has no address");

    private async Task<SourceAnswer> AskAsync(IPEndPoint address, CancellationToken cancellation)
    {
        // Connected: the system drops what comes from anybody else, and says so when nobody listens there.
        using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(address, cancellation).ConfigureAwait(false);
        var packet = new byte[512];
        randomness.GetBytes(packet.AsSpan(0, sizeof(ulong)));
        var nonce = BinaryPrimitives.ReadUInt64BigEndian(packet);
        NtpPacket.WriteQuery(packet, nonce);
        var sent = time.GetTimestamp();
        await socket.SendAsync(packet.AsMemory(0, NtpPacket.Size), cancellation).ConfigureAwait(false);
        while (true)
        {
            var length = await socket.ReceiveAsync(packet, cancellation).ConfigureAwait(false);
            var arrived = time.GetTimestamp();
            if (!NtpPacket.IsAnswer(packet.AsSpan(0, length), nonce))
                continue;
            var truth = NtpPacket.Read(packet.AsSpan(0, length), time.GetElapsedTime(sent, arrived));
            return truth.HalfWidth <= ClockGuard.MostBound
                ? new SourceAnswer(truth, arrived, address)
                : throw new NtpException(string.Create(
                    CultureInfo.InvariantCulture, $"it may itself be off by {truth.HalfWidth.TotalSeconds:0.0} s (limit {ClockGuard.MostBound.TotalSeconds:0} s)"));
        }
    }

    private void Obey(string kiss)
    {
        if (kiss is "DENY" or "RSTR")
            (quietSince, quietFor) = (time.GetTimestamp(), Banned);
        else if (kiss is "RATE")
            roundsToSkip = (1 << (doublings = Math.Min(doublings + 1, MostDoublings))) - 1;
    }
}
