using System.Formats.Asn1;

namespace Notary.Tests.Support;

/// <summary>Doctored copies of a DER structure that are DER again, the same ones in every run: what a forger makes, who knows the form.</summary>
internal static class DerMutations
{
    private const int Constructed = 0x20;

    /// <summary>Elements dropped, repeated, moved, emptied, replaced by others of the structure, or with another tag.</summary>
    public static IEnumerable<byte[]> Of(byte[] original, int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var root = Node.Read(original);
            for (var change = 0; change <= random.Next(2); change++)
                Change(root, random);
            yield return root.Encode();
        }
    }

    private static void Change(Node root, Random random)
    {
        var all = root.Descendants().ToList();
        if (all.Count == 0)
            return;
        var (parent, at) = all[random.Next(all.Count)];
        var (node, other) = (parent.Children![at], all[random.Next(all.Count)]);
        switch (random.Next(7))
        {
            case 0:
                parent.Children.RemoveAt(at);
                break;
            case 1:
                parent.Children.Insert(at, node);
                break;
            case 2:
                parent.Children.RemoveAt(at);
                parent.Children.Insert(random.Next(parent.Children.Count + 1), node);
                break;
            case 3:
                parent.Children[at] = node.Children is null ? new Node(node.Tag, []) : new Node(node.Tag, null, []);
                break;
            case 4:
                parent.Children[at] = other.Parent.Children![other.Index].Copy();
                break;
            case 5:
                parent.Children[at] = new Node((byte)(node.Tag ^ (1 << random.Next(5))), node.Content, node.Children);
                break;
            default:
                if (node.Content is { Length: > 0 } content)
                    parent.Children[at] = new Node(node.Tag, [.. content[..^1], (byte)(content[^1] ^ (1 << random.Next(8)))]);
                break;
        }
    }

    private sealed record Node(byte Tag, byte[]? Content, List<Node>? Children = null)
    {
        public static Node Read(byte[] der)
        {
            var tag = der[0];
            AsnDecoder.ReadEncodedValue(der, AsnEncodingRules.DER, out var start, out var length, out _);
            var content = der.AsSpan(start, length).ToArray();
            if ((tag & Constructed) == 0)
                return new Node(tag, content);
            var children = new List<Node>();
            for (var rest = content.AsSpan(); rest.Length > 0;)
            {
                AsnDecoder.ReadEncodedValue(rest, AsnEncodingRules.DER, out _, out _, out var consumed);
                children.Add(Read(rest[..consumed].ToArray()));
                rest = rest[consumed..];
            }

            return new Node(tag, null, children);
        }

        public IEnumerable<(Node Parent, int Index)> Descendants() =>
            Children is null ? [] : Children.SelectMany((child, i) => child.Descendants().Prepend((this, i)));

        public Node Copy() => this with { Children = Children?.ConvertAll(child => child.Copy()) };

        public byte[] Encode()
        {
            byte[] content = Children is null ? Content! : [.. Children.SelectMany(child => child.Encode())];
            byte[] length = content.Length switch
            {
                < 0x80 => [(byte)content.Length],
                < 0x100 => [0x81, (byte)content.Length],
                < 0x10000 => [0x82, (byte)(content.Length >> 8), (byte)(content.Length & 0xFF)],
                _ => [0x83, (byte)(content.Length >> 16), (byte)((content.Length >> 8) & 0xFF), (byte)(content.Length & 0xFF)],
            };
            return [Tag, .. length, .. content];
        }
    }
}
