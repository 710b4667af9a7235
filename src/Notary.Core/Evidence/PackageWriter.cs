using System.Security.Cryptography;

namespace Notary.Core;

/// <summary>
/// Writes a package that discloses: files in the order in which they are added, then <c>MANIFEST.sha256</c> over them.
/// Equal content in an equal order gives equal bytes everywhere.
/// </summary>
/// <param name="output">Need not seek. It stays open; after a failure it is unusable.</param>
public sealed class PackageWriter(Stream output)
{
    private readonly StoredZipWriter zip = new(output);
    private readonly SortedDictionary<string, Hash> sums = new(StringComparer.Ordinal);

    /// <summary>The evidence, under <see cref="PackageNames.Proofs"/>; its page under <see cref="PackageNames.Page"/>.</summary>
    /// <exception cref="ArgumentException">It shows a whole deposit, seed and all.</exception>
    public void AddProofs(Evidence disclosed)
    {
        if (disclosed.Seed is not null)
            throw new ArgumentException("A package discloses some items: the seed would open all.", nameof(disclosed));
        foreach (var (name, write) in EvidenceWriter.Files(disclosed))
            Add(name == Evidence.HtmlPage ? PackageNames.Page : PackageNames.Proofs + name, write);
    }

    /// <param name="name">As <see cref="PackageNames.IsAllowed(string)"/> has it, and new.</param>
    /// <param name="content">The file's bytes.</param>
    public void Add(string name, ReadOnlyMemory<byte> content) => Add(name, stream => stream.Write(content.Span));

    /// <param name="name">As <see cref="PackageNames.IsAllowed(string)"/> has it, and new.</param>
    /// <param name="write">Writes the content. Called twice, to measure and to write; it must write the same bytes both times.</param>
    /// <exception cref="InvalidOperationException">More files or bytes than a reader would accept, or content that changed.</exception>
    public void Add(string name, Action<Stream> write)
    {
        if (!PackageNames.IsAllowed(name) || name == PackageNames.Sums)
            throw new ArgumentException($"'{name}' is no name for a file of a package.", nameof(name));
        var digest = default(Hash);
        zip.Add(name, stream =>
        {
            using var hashing = new HashingStream(stream);
            write(hashing);
            digest = hashing.Digest();
        });
        sums.Add(name, digest);
    }

    /// <summary>Writes the list of digests and the zip's directory; nothing can be added afterwards.</summary>
    public void Finish()
    {
        zip.Add(PackageNames.Sums, PackageSums.Write(sums));
        zip.Finish();
    }

    private sealed class HashingStream(Stream target) : ForwardOnlyStream
    {
        private readonly IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public override bool CanWrite => true;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            sha256.AppendData(buffer);
            target.Write(buffer);
        }

        public Hash Digest() => new(sha256.GetHashAndReset());

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                sha256.Dispose();
            base.Dispose(disposing);
        }
    }
}
