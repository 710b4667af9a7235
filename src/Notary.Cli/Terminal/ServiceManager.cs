using System.Net.Sockets;
using System.Text;

namespace Notary.Cli;

/// <summary>
/// systemd's notification protocol (sd_notify(3)): a service of type <c>notify</c> counts as started when its ledger is
/// verified and served, not when its process exists. Without a service manager nothing happens.
/// </summary>
internal static class ServiceManager
{
    public const string Ready = "READY=1";
    public const string Stopping = "STOPPING=1";

    private const string Variable = "NOTIFY_SOCKET";

    public static void Tell(string state, Terminal terminal)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 1 } name)
            return;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            // A leading '@' stands for the zero byte of a name that is not in the file system.
            socket.SendTo(Encoding.UTF8.GetBytes(state), new UnixDomainSocketEndPoint(name[0] == '@' ? '\0' + name[1..] : name));
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            terminal.Warning($"the service manager at {name} cannot be told that {state} ({e.Message})");
        }
    }
}
