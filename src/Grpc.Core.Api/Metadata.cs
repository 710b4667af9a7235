using System.Collections;
using System.Text;

namespace Grpc.Core;

/// <summary>
/// Headers or trailers of a call, in order, a key as often as it was added. A key that ends in <c>-bin</c> carries
/// bytes (base64 on the wire), any other carries ASCII text.
/// </summary>
public sealed class Metadata : IList<Metadata.Entry>
{
    public const string BinaryHeaderSuffix = "-bin";

    /// <summary>No entries, and none can be added.</summary>
    public static readonly Metadata Empty = new(readOnly: true);

    private readonly List<Entry> entries = [];

    public Metadata()
    {
    }

    private Metadata(bool readOnly) => IsReadOnly = readOnly;

    public bool IsReadOnly { get; }

    public int Count => entries.Count;

    public Entry this[int index]
    {
        get => entries[index];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Writable()[index] = value;
        }
    }

    /// <summary>The last entry of the key, or null. Keys are compared without case.</summary>
    public Entry? Get(string key) => entries.FindLast(entry => entry.HasKey(key));

    /// <summary>The text of the last entry of the key, or null.</summary>
    /// <exception cref="InvalidOperationException">The entry is binary.</exception>
    public string? GetValue(string key) => Get(key)?.Value;

    /// <summary>The bytes of the last entry of the key, or null.</summary>
    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    public IEnumerable<Entry> GetAll(string key) => entries.Where(entry => entry.HasKey(key));

    public void Add(string key, string value) => Add(new Entry(key, value));

    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    public void Add(Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Writable().Add(item);
    }

    public void Insert(int index, Entry item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Writable().Insert(index, item);
    }

    public bool Remove(Entry item) => Writable().Remove(item);

    public void RemoveAt(int index) => Writable().RemoveAt(index);

    public void Clear() => Writable().Clear();

    public int IndexOf(Entry item) => entries.IndexOf(item);

    public bool Contains(Entry item) => entries.Contains(item);

    public void CopyTo(Entry[] array, int arrayIndex) => entries.CopyTo(array, arrayIndex);

    public IEnumerator<Entry> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private List<Entry> Writable() =>
        IsReadOnly ? throw new InvalidOperationException("Object is read only") : entries;

    /// <summary>One key with its text or bytes. Immutable: bytes are copied in and out.</summary>
    public class Entry
    {
        private readonly string? text;
        private readonly byte[]? bytes;

        /// <exception cref="ArgumentException">The key has a character that is not allowed, or no -bin suffix.</exception>
        public Entry(string key, byte[] valueBytes)
        {
            Key = Normalize(key);
            ArgumentNullException.ThrowIfNull(valueBytes);
            if (!Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal))
            {
                throw new ArgumentException(
                    $"Key for binary valued metadata entry needs to have '{BinaryHeaderSuffix}' suffix indicating binary value.");
            }

            bytes = valueBytes.AsSpan().ToArray();
        }

        /// <exception cref="ArgumentException">The key has a character that is not allowed, or a -bin suffix.</exception>
        public Entry(string key, string value)
        {
            Key = Normalize(key);
            ArgumentNullException.ThrowIfNull(value);
            if (Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal))
            {
                throw new ArgumentException(
                    "Key for ASCII valued metadata entry cannot have suffix indicating binary value.");
            }

            text = value;
        }

        /// <summary>Lower case.</summary>
        public string Key { get; }

        public bool IsBinary => text is null;

        /// <exception cref="InvalidOperationException">The entry is binary.</exception>
        public string Value =>
            text ?? throw new InvalidOperationException("Cannot access string value of a binary metadata entry");

        public byte[] ValueBytes => bytes?.AsSpan().ToArray() ?? Encoding.ASCII.GetBytes(Value);

        public override string ToString() =>
            IsBinary ? $"[Entry: key={Key}, valueBytes={bytes}]" : $"[Entry: key={Key}, value={text}]";

        internal bool HasKey(string key) => string.Equals(Key, key, StringComparison.OrdinalIgnoreCase);

        private static string Normalize(string key)
        {
            ArgumentNullException.ThrowIfNull(key);
            var lower = true;
            foreach (var c in key)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
                {
                    throw new ArgumentException(
                        "Metadata entry key not valid. Keys can only contain lowercase alphanumeric characters, underscores, hyphens and dots.");
                }

                lower &= !char.IsAsciiLetterUpper(c);
            }

            return lower ? key : key.ToLowerInvariant();
        }
    }
}
