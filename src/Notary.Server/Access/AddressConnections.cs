using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Notary.Server;

/// <summary>
/// Lets one address have a part of a host's connections, not all of them: whoever opens many and says nothing on them keeps
/// nobody else out. An address counts as <see cref="AddressThrottle"/> has it. Loopback is left out, since behind a proxy on
/// this machine it stands for everybody.
/// </summary>
internal sealed class AddressConnections(int most)
{
    private readonly ConcurrentDictionary<IPAddress, int> open = new();

    /// <summary>Addresses that have connections.</summary>
    public int Known => open.Count;

    public ConnectionDelegate LimitAsync(ConnectionDelegate next) => async connection =>
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: var remote } || IPAddress.IsLoopback(remote))
        {
            await next(connection);
            return;
        }

        var address = AddressThrottle.Subscriber(remote);
        try
        {
            if (open.AddOrUpdate(address, 1, static (_, count) => count + 1) > most)
                connection.Abort();
            else
                await next(connection);
        }
        finally
        {
            // Whoever takes the last one away takes exactly a zero away: another connection may have come meanwhile.
            if (open.AddOrUpdate(address, 0, static (_, count) => count - 1) == 0)
                open.TryRemove(new KeyValuePair<IPAddress, int>(address, 0));
        }
    };
}
