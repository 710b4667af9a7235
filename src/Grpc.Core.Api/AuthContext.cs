using System.Text;

namespace Grpc.Core;

/// <summary>One thing that the transport found out about the peer.</summary>
public class AuthProperty
{
    private readonly byte[] value;

    private AuthProperty(string name, byte[] value)
    {
        Name = name;
        this.value = value;
    }

    public string Name { get; }

    /// <summary>The bytes read as UTF-8.</summary>
    public string Value => Encoding.UTF8.GetString(value);

    public byte[] ValueBytes => value.AsSpan().ToArray();

    public static AuthProperty Create(string name, byte[] valueBytes)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(valueBytes);
        return new AuthProperty(name, valueBytes.AsSpan().ToArray());
    }
}

/// <summary>What the transport knows of the peer.</summary>
public class AuthContext
{
    private readonly Dictionary<string, List<AuthProperty>> properties;

    public AuthContext(string? peerIdentityPropertyName, Dictionary<string, List<AuthProperty>> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        PeerIdentityPropertyName = peerIdentityPropertyName;
        this.properties = properties;
    }

    public bool IsPeerAuthenticated => PeerIdentityPropertyName is not null;

    /// <summary>The property that names the peer; null when nobody vouches for it.</summary>
    public string? PeerIdentityPropertyName { get; }

    public IEnumerable<AuthProperty> PeerIdentity =>
        PeerIdentityPropertyName is { } name ? FindPropertiesByName(name) : [];

    public IEnumerable<AuthProperty> Properties => properties.Values.SelectMany(values => values);

    public IEnumerable<AuthProperty> FindPropertiesByName(string propertyName) =>
        properties.TryGetValue(propertyName, out var values) ? values.AsReadOnly() : [];
}
