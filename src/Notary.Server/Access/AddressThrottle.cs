using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Notary.Server;

/// <summary>
/// Limits a second for those who are known by their address alone: public calls, and attempts to sign in that fail. An IPv6
/// address counts by its /64, which is what one subscriber has. Loopback is left out: behind a proxy on this machine, it
/// stands for everybody. Memory is bounded: beyond <see cref="MostAddresses"/>, new addresses share one bucket.
/// </summary>
internal sealed class AddressThrottle(AddressLimits limits, TimeProvider time)
{
    private const int MostAddresses = 16_384;

    private readonly ConcurrentDictionary<IPAddress, Buckets> addresses = new();
    private readonly Buckets shared = new(limits, time);
    private long cleaned = time.GetTimestamp();

    /// <summary>Addresses that are remembered.</summary>
    public int Known => addresses.Count;

    /// <summary>Counts a call; returns how long to wait where there were too many, else zero.</summary>
    public TimeSpan TakeCall(IPAddress? address) => Find(address)?.Calls.Take() ?? TimeSpan.Zero;

    /// <summary>Counts an attempt that failed.</summary>
    public TimeSpan TakeFailure(IPAddress? address) => Find(address)?.Failures.Take() ?? TimeSpan.Zero;

    private Buckets? Find(IPAddress? address)
    {
        if (address is null || (limits.LeaveOutLoopback && IPAddress.IsLoopback(address)))
            return null;
        var key = Subscriber(address);
        if (addresses.TryGetValue(key, out var known))
            return known;
        if (addresses.Count >= MostAddresses && !Clean())
            return shared;
        return addresses.GetOrAdd(key, _ => new Buckets(limits, time));
    }

    /// <summary>Forgets addresses that were quiet, at most once a second; false where none was.</summary>
    private bool Clean()
    {
        var last = Interlocked.Read(ref cleaned);
        if (time.GetElapsedTime(last) < TimeSpan.FromSeconds(1) || Interlocked.CompareExchange(ref cleaned, time.GetTimestamp(), last) != last)
            return false;
        foreach (var (address, buckets) in addresses)
        {
            if (buckets.Calls.IsFull && buckets.Failures.IsFull)
                addresses.TryRemove(address, out _);
        }

        return addresses.Count < MostAddresses;
    }

    /// <summary>What an address counts as.</summary>
    public static IPAddress Subscriber(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private sealed class Buckets
    {
        public Buckets(AddressLimits limits, TimeProvider time)
        {
            (Calls, Failures) = (new TokenBucket(time), new TokenBucket(time));
            Calls.Limit(limits.Calls);
            Failures.Limit(limits.Failures);
        }

        public TokenBucket Calls { get; }

        public TokenBucket Failures { get; }
    }
}

/// <summary>What one address may do in a second, with twice as much at once.</summary>
/// <param name="Calls">Calls without an account; 0: no limit. A mirror that copies a ledger makes hundreds.</param>
/// <param name="Failures">Attempts to sign in that fail; 0: no limit.</param>
/// <param name="LeaveOutLoopback">Whether loopback has no limits.</param>
public sealed record AddressLimits(long Calls = 500, long Failures = 5, bool LeaveOutLoopback = true);
