using QRCoder;

namespace Notary.Documents;

/// <summary>A QR code (ISO/IEC 18004) of error correction level M: readable with 15 % of it lost.</summary>
public sealed class QrCode
{
    // QRCoder surrounds the code with the light margin that readers need.
    private readonly QRCodeData data;

    /// <param name="text">At most about 700 characters on a page; capitals, digits, space and <c>$%*+-./:</c> take the least room.</param>
    public QrCode(string text)
    {
        Text = text;
        data = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
    }

    public string Text { get; }

    /// <summary>Modules on a side, the light margin of four on each side included.</summary>
    public int Size => data.ModuleMatrix.Count;

    public bool IsDark(int row, int column) => data.ModuleMatrix[row][column];
}
