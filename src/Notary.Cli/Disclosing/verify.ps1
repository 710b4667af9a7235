# 核验存证披露包：不需要本项目的程序，不需要网络。  Checks a package that discloses documents of a deposit, offline.
#
#   powershell -ExecutionPolicy Bypass -File verify.ps1 [-Key VKEY | -Trust FILE] [-Depositor VKEY] [-TsaRoots FILE] [-Headers FILE] [-Package FOLDER] [FILE...]
#
#   -Key        账本公钥 the ledger's public key, as its operator publishes it. Take it from elsewhere than this package.
#   -Trust      信任文件 in its place a trust file (C2SP tlog-policy): the ledgers and witnesses that you trust, and how many must have signed.
#   -Depositor  存证人公钥 the key of the account that you expect to have deposited.
#   -TsaRoots   时间戳根证书 root certificates, in PEM, of the time-stamping authorities that you trust; without it no time-stamp counts.
#   -Headers    区块头 headers of Bitcoin blocks that you trust, one 'height header' a line, the header in 160 hex digits.
#   -Package    解压后的文件夹 the unpacked package; by default the one that this script lies in.
#   FILE        待核验的文件 documents to compare, besides those in 02_files/.
#
# Exit code: 通过 PASS 0, 不通过 FAIL 1, 无法判断 INDETERMINATE 3; 2: 拒绝 the package or the command is refused.
# Windows PowerShell 5.1 or later; openssl 3 for signatures (Git for Windows brings one): without it they are NOT CHECKED.
# The formats are in the project's proto/README.md; verify.sh, beside this, does the same. Whoever forges a package forges
# the script in it: take this one from the project, and compare.
[CmdletBinding(PositionalBinding = $false)]
param([string]$Key, [string]$Trust, [string]$Depositor, [string]$TsaRoots, [string]$Headers, [string]$Package, [Parameter(ValueFromRemainingArguments = $true)][string[]]$File)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
try { [Console]::OutputEncoding = New-Object Text.UTF8Encoding $false } catch { }

function Die($why) { [Console]::Error.WriteLine("verify.ps1: 拒绝 refused: $why"); exit 2 }
trap { [Console]::Error.WriteLine("verify.ps1: 拒绝 refused: $($_.Exception.Message)"); exit 2 }

# ---- Bytes, hex, hashes ----

$utf8 = New-Object Text.UTF8Encoding $false, $true   # throws at what is not UTF-8
$sha256 = [Security.Cryptography.SHA256]::Create()
function ToHex([byte[]]$bytes) { [BitConverter]::ToString($bytes).Replace('-', '').ToLowerInvariant() }
function FromHex([string]$hex) {
    $bytes = New-Object byte[] ($hex.Length / 2)
    for ($i = 0; $i -lt $bytes.Length; $i++) { $bytes[$i] = [Convert]::ToByte($hex.Substring(2 * $i, 2), 16) }
    , $bytes
}
function Sha([string]$hex) { ToHex $sha256.ComputeHash((FromHex $hex)) }
function ShaText([string]$text) { ToHex $sha256.ComputeHash($utf8.GetBytes($text)) }
function ShaFile([string]$path) {
    $stream = [IO.File]::OpenRead($path)
    try { ToHex $sha256.ComputeHash($stream) } finally { $stream.Dispose() }
}
function StrictBase64([string]$text) { # hex, or $null
    try { $bytes = [Convert]::FromBase64String($text) } catch { return $null }
    if ([Convert]::ToBase64String($bytes) -cne $text) { return $null }
    if ($bytes.Length -eq 0) { return '' }
    ToHex $bytes
}
function Fits([string]$text, [string]$pattern) { [regex]::IsMatch($text, "\A(?:$pattern)\z") }

# ---- What the texts may hold (proto/README.md, "The texts") ----

$h = '[0-9a-f]{64}'
$forbidden = '[\u0000-\u001F\u007F-\u009F\u2028\u2029\uFEFF]'
$marks = '[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]'
function IsText($v) { $v.Length -gt 0 -and -not $v.StartsWith(' ', 'Ordinal') -and -not $v.EndsWith(' ', 'Ordinal') -and -not [regex]::IsMatch($v, $forbidden) }
function IsTitle($v) { (IsText $v) -and -not [regex]::IsMatch($v, $marks) -and [regex]::Replace($v, '[\uDC00-\uDFFF]', '').Length -le 256 }
function IsPath($v) {
    (IsText $v) -and $utf8.GetByteCount($v) -le 1024 -and $v.IndexOf('\') -lt 0 -and -not [regex]::IsMatch("/$v/", '//|/\./|/\.\./|/ | /')
}
function IsNumber($v) { (Fits $v '0|[1-9][0-9]{0,19}') -and [bigint]::Parse($v) -lt [bigint]::Pow(2, 64) }
function IsTime($v) {
    $m = [regex]::Match($v, '\A([0-9]{4})-(0[1-9]|1[0-2])-([0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z\z')
    if (-not $m.Success) { return $false }
    $year, $month, $day = [int]$m.Groups[1].Value, [int]$m.Groups[2].Value, [int]$m.Groups[3].Value
    $year -ge 1 -and $day -ge 1 -and $day -le [DateTime]::DaysInMonth($year, $month)
}
function IsUuid($v) {
    (Fits $v '[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}') -and
        [Convert]::ToInt64($v.Substring(0, 8) + $v.Substring(9, 4), 16) % 60000 -eq 0
}
function IsOrigin($v) { Fits $v '[a-z0-9./:-]{1,255}' }
function IsAccount($v) { Fits $v '[a-z0-9-]{1,64}' }
function IsKind($v) { Fits $v '[a-z0-9-]{1,32}' }
function IsHash($v) { Fits $v $h }
function IsSizeAndHash($v) { (Fits $v "[0-9]+ $h") -and (IsNumber $v.Split(' ')[0]) -and $v.Split(' ')[0] -cne '0' }
function IsAccuracy($v) { $v -ceq 'unknown' -or ((Fits $v '[0-9]+ms') -and (IsNumber $v.Substring(0, $v.Length - 2))) }
function IsBeacon($v) { (Fits $v "token $h") -or ((Fits $v "bitcoin [0-9]+ $h") -and (IsNumber $v.Split(' ')[1])) }
function IsIdentity($v) { (IsText $v) -and $v.IndexOf(':') -gt 0 -and $v.IndexOf(':') + 1 -ne $v.Length }
function IsVerification($v) {
    $space = $v.LastIndexOf([char]' ')
    (IsText $v) -and $space -gt 0 -and $v[$space - 1] -cne ' ' -and (IsTime $v.Substring($space + 1))
}
function IsKey($v) { $null -ne (ParseKey $v) }
function Shown($v) { [regex]::Replace($v, $marks, { param($m) '\u{' + ([int][char]$m.Value).ToString('x') + '}' }) }

# ---- Reading: lines in $L, the next one at $P; a text that breaks its form throws ----

$Size = New-Object 'Collections.Generic.Dictionary[string,long]' ([StringComparer]::Ordinal)
$Sum = New-Object 'Collections.Generic.Dictionary[string,string]' ([StringComparer]::Ordinal)
function ReadText([string]$name, [long]$limit) { # the text, or $null when it is no whole lines of UTF-8
    if (-not $Size.ContainsKey($name) -or $Size[$name] -gt $limit) { return $null }
    try { $text = $utf8.GetString([IO.File]::ReadAllBytes((PathOf $name))) } catch { return $null }
    if ($text.EndsWith("`n", 'Ordinal') -and $text.IndexOf([char]0) -lt 0) { $text } else { $null }
}
function OpenText([string]$text) { $script:L = $text.Substring(0, $text.Length - 1).Split("`n"); $script:P = 0 }
function Ended { if ($P -ne $L.Length) { throw 'a line too many' } }
function Line([string]$text) { if ($P -ge $L.Length -or $L[$P] -cne $text) { throw "not '$text'" }; $script:P++ }
function NextIs([string]$name) { $P -lt $L.Length -and $L[$P].StartsWith("$name ", 'Ordinal') }
function Need([string]$name, [string]$rule) {
    if (-not (NextIs $name)) { throw "no $name" }
    $value = $L[$P].Substring($name.Length + 1)
    $script:P++
    if (-not (& $rule $value)) { throw "malformed $name" }
    $value
}
function May([string]$name, [string]$rule) { if (NextIs $name) { Need $name $rule } else { '' } }

# ---- Keys and signatures (C2SP signed-note) ----

$smallOrder = ('00' * 32), ('01' + '00' * 31), '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', ('ec' + 'ff' * 30 + '7f'), ('ed' + 'ff' * 30 + '7f'), ('ee' + 'ff' * 30 + '7f')
function IsName($v) { (IsText $v) -and $v.IndexOf('+') -lt 0 -and -not ($v.ToCharArray() | Where-Object { [char]::IsWhiteSpace($_) }) }
function ParseKey([string]$text) { # name+id+base64, or $null
    $parts = $text.Split('+', 3)
    if ($text.Length -gt 512 -or $parts.Length -ne 3 -or -not (IsName $parts[0]) -or -not (Fits $parts[1] '[0-9a-f]{8}')) { return $null }
    $hex = StrictBase64 $parts[2]
    if ($null -eq $hex -or -not (Fits $hex "0[14]$h")) { return $null }
    $id = (ToHex $sha256.ComputeHash([byte[]]($utf8.GetBytes($parts[0] + "`n") + (FromHex $hex)))).Substring(0, 8)
    $y = $hex.Substring(2, 62) + ([Convert]::ToInt32($hex.Substring(64), 16) -band 127).ToString('x2')
    if ($id -cne $parts[1] -or $smallOrder -ccontains $y) { return $null }
    @{ Name = $parts[0]; Id = $id; Type = $hex.Substring(0, 2); Hex = $hex.Substring(2) }
}
function Ed25519([string]$key, [string]$signature, [byte[]]$message) {
    if (-not $openssl) { return $false }
    [IO.File]::WriteAllBytes("$work/key", (FromHex "302a300506032b6570032100$key"))
    [IO.File]::WriteAllBytes("$work/signature", (FromHex $signature))
    [IO.File]::WriteAllBytes("$work/message", $message)
    $ErrorActionPreference = 'Continue'
    & $openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$work/key" -in "$work/message" -sigfile "$work/signature" *> $null
    $LASTEXITCODE -eq 0
}
function ReadSignatures { # the signature lines from $P on
    if ($P -ge $L.Length -or $L.Length - $P -gt 64) { throw 'no signatures, or too many' }
    foreach ($one in $L[$P..($L.Length - 1)]) {
        $space = $one.LastIndexOf([char]' ')
        $hex = if ($space -gt 2) { StrictBase64 $one.Substring($space + 1) } else { $null }
        if (-not $one.StartsWith([string][char]0x2014 + ' ', 'Ordinal') -or $null -eq $hex -or $hex.Length -le 8 -or -not (IsName $one.Substring(2, $space - 2))) { throw 'a malformed signature' }
        @{ Name = $one.Substring(2, $space - 2); Id = $hex.Substring(0, 8); Hex = $hex.Substring(8) }
    }
}
function SignedBy($key, $signatures, [string]$text) { # Valid, Invalid or Absent, as all lines that name the key say
    $result = 'Absent'
    foreach ($one in $signatures) {
        if ($one.Name -cne $key.Name -or $one.Id -cne $key.Id) { continue }
        if ($one.Hex.Length -ne 128 -or -not (Ed25519 $key.Hex $one.Hex $utf8.GetBytes($text))) { return 'Invalid' }
        $result = 'Valid'
    }
    $result
}
function CosignedBy($key, $signatures, [string]$text) { # the same for a witness, which signs a time as well (C2SP tlog-cosignature)
    $by = @{ Result = 'Absent'; At = [long]0 }
    foreach ($one in $signatures) {
        if ($one.Name -cne $key.Name -or $one.Id -cne $key.Id) { continue }
        # .NET's calendar ends with the year 9999, in second 253402300799.
        if ($one.Hex.Length -ne 144 -or [string]::CompareOrdinal($one.Hex.Substring(0, 16), '0000003afff4417f') -gt 0) { return @{ Result = 'Invalid' } }
        $seconds = [Convert]::ToInt64($one.Hex.Substring(0, 16), 16)
        if (-not (Ed25519 $key.Hex $one.Hex.Substring(16) $utf8.GetBytes("cosignature/v1`ntime $seconds`n$text"))) { return @{ Result = 'Invalid' } }
        $by.Result = 'Valid'
        if ($seconds -ne 0 -and ($by.At -eq 0 -or $seconds -lt $by.At)) { $by.At = $seconds }
    }
    $by
}

# ---- The reader's own files: a trust file (C2SP tlog-policy) and block headers ----

function ReadOwn([string]$option, [string]$path, [long]$limit) { # its lines
    $full = [IO.Path]::GetFullPath([IO.Path]::Combine((Get-Location).ProviderPath, $path))
    if (-not [IO.File]::Exists($full)) { Die "${option}: not a file that can be read" }
    if ((New-Object IO.FileInfo $full).Length -gt $limit) { Die "${option}: is larger than $limit bytes" }
    try { $text = $utf8.GetString([IO.File]::ReadAllBytes($full)) } catch { Die "${option}: is no UTF-8" }
    if (-not $text.EndsWith("`n", 'Ordinal')) { Die "${option}: is empty, or does not end in a line feed" }
    $text.Substring(0, $text.Length - 1).Split("`n")
}
function ReadTrust([string]$path) {
    $policy = @{ Logs = @(); Witnesses = @(); Groups = @(); Quorum = '' }
    $hexes, $defined, $members = @(), @(), @()
    $number, $seen = 0, $false
    foreach ($line in @(ReadOwn '-Trust' $path 65536)) {
        $number++
        if ([regex]::IsMatch($line, '[\u0000-\u0008\u000A-\u001F\u007F]')) { Die "-Trust: line $number holds a control character" }
        $words = @($line.Split([char[]]" `t", [StringSplitOptions]::RemoveEmptyEntries))
        if ($words.Length -eq 0 -or $words[0].StartsWith('#', 'Ordinal')) { continue }
        $name, $key = '', $null
        if ($words[0] -ceq 'log' -and 2, 3 -contains $words.Length) {
            $key = ParseKey $words[1]
            if (-not $key -or $key.Type -cne '01' -or -not (IsOrigin $key.Name) -or $policy.Logs.Length -ge 64) { Die "-Trust: line $number is no 'log VKEY [URL]' of a ledger's key, or one too many" }
            $policy.Logs += $key
        }
        elseif ($words[0] -ceq 'witness' -and 3, 4 -contains $words.Length) {
            $key = ParseKey $words[2]
            if (-not $key -or $key.Type -cne '04' -or $policy.Witnesses.Length -ge 64) { Die "-Trust: line $number is no 'witness NAME VKEY [URL]' of a witness's key, or one too many" }
            $name = $words[1]
            $policy.Witnesses += @{ Name = $name; Key = $key }
        }
        elseif ($words[0] -ceq 'group' -and $words.Length -ge 4) {
            $group = @($words[3..($words.Length - 1)])
            foreach ($one in $group) {
                if ($defined -cnotcontains $one -or $members -ccontains $one) { Die "-Trust: line $number names what no line above defines, or a member of a group already" }
                $members += $one
            }
            $name = $words[1]
            $least = if ($words[2] -ceq 'all') { $group.Length } elseif ($words[2] -ceq 'any') { 1 } elseif (Fits $words[2] '[1-9][0-9]{0,3}') { [int]$words[2] } else { 0 }
            if ($least -lt 1 -or $least -gt $group.Length -or $policy.Groups.Length -ge 64) { Die "-Trust: line $number has no such threshold, or is one group too many" }
            $policy.Groups += @{ Name = $name; Least = $least; Members = $group }
        }
        elseif ($words[0] -ceq 'quorum' -and $words.Length -eq 2 -and -not $seen) {
            if ($words[1] -cne 'none' -and $defined -cnotcontains $words[1]) { Die "-Trust: line $number names what no line above defines" }
            $seen = $true
            if ($words[1] -cne 'none') { $policy.Quorum = $words[1] }
        }
        else { Die "-Trust: line $number is none of log, witness, group, quorum, #, or not of its form" }
        if ($key) { if ($hexes -ccontains $key.Hex) { Die "-Trust: line $number repeats a key" }; $hexes += $key.Hex }
        if ($name) { if ($name -ceq 'none' -or $defined -ccontains $name) { Die "-Trust: line $number defines a name that is taken" }; $defined += $name }
    }
    if (-not $seen) { Die "-Trust: has no quorum; write 'quorum none' to ask for no witnesses" }
    $policy
}
function Reversed([string]$hex) { $bytes = FromHex $hex; [Array]::Reverse($bytes); ToHex $bytes }
function ReadHeaders([string]$path) { # blocks by height; the work is checked, that a block is Bitcoin's the reader says
    $blocks = New-Object 'Collections.Generic.Dictionary[string,object]' ([StringComparer]::Ordinal)
    $number = 0
    foreach ($line in @(ReadOwn '-Headers' $path 20971520)) {
        $number++
        $line = $line.TrimEnd("`r")
        if ($line -ceq '' -or $line.StartsWith('#', 'Ordinal')) { continue }
        if (-not (Fits $line '[0-9]+ [0-9A-Fa-f]{160}') -or -not (IsNumber $line.Split(' ')[0])) { Die "-Headers: line $number is not 'height header'" }
        $height, $header = $line.ToLowerInvariant().Split(' ')
        $bits = Reversed $header.Substring(144, 8)
        $exponent, $mantissa = [Convert]::ToInt32($bits.Substring(0, 2), 16), [Convert]::ToInt32($bits.Substring(2), 16)
        $size = $mantissa -band 0x7fffff
        $target = if ($exponent -le 3) { [bigint]($size -shr (8 * (3 - $exponent))) } else { [bigint]$size * [bigint]::Pow(256, $exponent - 3) }
        if (($mantissa -band 0x800000) -ne 0 -or $target.IsZero -or $target -ge [bigint]::Pow(2, 256)) { Die "-Headers: block $height claims a difficulty that no block can have" }
        $hash = Reversed (Sha (Sha $header))
        if ([bigint]::Parse("0$hash", 'AllowHexSpecifier') -gt $target) { Die "-Headers: block $height lacks the proof of work that it claims" }
        if ($blocks.ContainsKey($height) -and $blocks[$height].Hash -cne $hash) { Die "-Headers: two headers for block $height" }
        $blocks[$height] = @{ Hash = $hash; Root = $header.Substring(72, 64); Time = [Convert]::ToInt64((Reversed $header.Substring(136, 8)), 16) }
    }
    if ($blocks.Count -eq 0) { Die '-Headers: holds no header' }
    $blocks
}

# ---- The command ----

if ($Key -and $Trust) { Die '-Key and -Trust are both given: a trust file names the ledgers itself' }
$policy = @{ Logs = @(); Witnesses = @(); Groups = @(); Quorum = '' }
if ($Key) {
    $policy.Logs = @(ParseKey $Key)
    if ($null -eq $policy.Logs[0] -or $policy.Logs[0].Type -cne '01' -or -not (IsOrigin $policy.Logs[0].Name)) { Die '-Key: not the public key of a ledger, name+hash+base64' }
}
if ($Trust) { $policy = ReadTrust $Trust }
$blocks = if ($Headers) { ReadHeaders $Headers } else { @{} }
$expected = if ($Depositor) { ParseKey $Depositor } else { $null }
if ($Depositor -and $null -eq $expected) { Die '-Depositor: not a public key, name+hash+base64' }
$here = (Get-Location).ProviderPath
$root = if ($Package) { [IO.Path]::GetFullPath([IO.Path]::Combine($here, $Package)) } else { [IO.Path]::GetDirectoryName($PSScriptRoot) }
if (-not [IO.Directory]::Exists($root)) { Die 'there is no such folder' }
function PathOf([string]$name) { [IO.Path]::Combine($root, $name) }
$given = @($File | Where-Object { $_ } | ForEach-Object {
    if ($_.StartsWith('-', 'Ordinal')) { Die 'unknown option; a file of that name is given as ./-name' }
    $full = [IO.Path]::GetFullPath([IO.Path]::Combine($here, $_))
    if (-not [IO.File]::Exists($full)) { Die "not a file that can be read: $(Shown $_)" }
    $full
})
$roots = if ($TsaRoots) { [IO.Path]::GetFullPath([IO.Path]::Combine($here, $TsaRoots)) } else { '' }
if ($roots -and -not [IO.File]::Exists($roots)) { Die '-TsaRoots: not a file that can be read' }
$work = [IO.Path]::Combine([IO.Path]::GetTempPath(), [Guid]::NewGuid().ToString('N'))
[void][IO.Directory]::CreateDirectory($work)
$openssl = Get-Command openssl -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1 -ExpandProperty Path
if (-not $openssl) { $openssl = @("$env:ProgramFiles\Git\usr\bin\openssl.exe") | Where-Object { [IO.File]::Exists($_) } | Select-Object -First 1 }
# It must be able to tell a good Ed25519 signature from a bad one (RFC 8032, section 7.1, TEST 2).
$testKey = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'
$testSignature = '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'
$canSign = (Ed25519 $testKey $testSignature (FromHex '72')) -and -not (Ed25519 $testKey $testSignature (FromHex '73'))

# ---- The package: every file is listed in MANIFEST.sha256 with its digest, and every listed file is there ----

$folded = New-Object 'Collections.Generic.HashSet[string]' ([StringComparer]::Ordinal)
$folders = New-Object 'Collections.Generic.HashSet[string]' ([StringComparer]::Ordinal)
$files = New-Object 'Collections.Generic.List[string]'
function Walk([string]$folder, [string]$prefix) {
    foreach ($entry in (New-Object IO.DirectoryInfo $folder).EnumerateFileSystemInfos()) {
        if ($entry.Attributes -band [IO.FileAttributes]::ReparsePoint) { Die 'it holds a link' }
        $name = $prefix + $entry.Name
        if (-not (Fits $name '[A-Za-z0-9._/-]{1,200}') -or [regex]::IsMatch("/$name/", '/\./|\./')) { Die 'it holds a file or folder whose name no package has' }
        if ($entry -is [IO.DirectoryInfo]) {
            if (-not $folders.Add($name.ToLowerInvariant())) { Die "it holds two folders that some systems take for one: $name" }
            Walk $entry.FullName "$name/"
            continue
        }
        if (-not $folded.Add($name.ToLowerInvariant())) { Die "it holds two files that some systems take for one: $name" }
        $files.Add($name)
        $Size[$name] = $entry.Length
        if ($files.Count -gt 65534) { Die 'it holds more than 65,534 files' }
    }
}
Walk $root ''
$files.Sort([StringComparer]::Ordinal)
foreach ($name in $files) {
    for ($at = $name.LastIndexOf('/'); $at -gt 0; $at = $name.LastIndexOf('/', $at - 1)) {
        if ($folded.Contains($name.Substring(0, $at).ToLowerInvariant())) { Die "it holds $name as a file and as a folder" }
    }
}
$sums = ReadText 'MANIFEST.sha256' (65534 * 267)
if ($null -eq $sums) { Die 'MANIFEST.sha256 is missing or broken' }
OpenText $sums
$last = ''
foreach ($one in $L) {
    if (-not (Fits $one "$h  [A-Za-z0-9._/-]+") -or [string]::CompareOrdinal($last, $one.Substring(66)) -ge 0) { Die 'MANIFEST.sha256 has a line that is malformed, doubled or out of order' }
    $last = $one.Substring(66)
    if (-not $Size.ContainsKey($last) -or $last -ceq 'MANIFEST.sha256') { Die "listed in MANIFEST.sha256, but missing: $last" }
    $Sum[$last] = $one.Substring(0, 64)
}
foreach ($name in $files) {
    if ($name -ceq 'MANIFEST.sha256') { continue }
    if (-not $Sum.ContainsKey($name)) { Die "not listed in MANIFEST.sha256, put in later: $name" }
    if ((ShaFile (PathOf $name)) -cne $Sum[$name]) { Die "has another SHA-256 than MANIFEST.sha256 lists, damaged or altered: $name" }
}

# ---- The texts, and certificate.json, which must hold exactly them ----

$proofs = '03_proofs'
function Take([string]$name, [int]$limit) {
    if (-not $Size.ContainsKey("$proofs/$name")) { return $null }
    $text = ReadText "$proofs/$name" $limit
    if ($null -eq $text) { Die "$name is longer than $limit bytes, no UTF-8, holds NUL, or does not end in a line feed" }
    $text
}
function Json($text) {
    if ($null -eq $text) { return 'null' }
    $s = $text.Replace('\', '\\').Replace('"', '\"').Replace("`n", '\n')
    '"' + [regex]::Replace($s, '[\u0001-\u001F]', { param($m) '\u' + ([int][char]$m.Value).ToString('x4') }) + '"'
}
foreach ($name in 'manifest.txt', 'seed.txt', 'certificate.html') { if ($Size.ContainsKey("$proofs/$name")) { Die "$name has no place in $proofs" } }
if ($Size.ContainsKey('01_certificate/certificate.html') -and $Size['01_certificate/certificate.html'] -gt 4194304) { Die 'certificate.html is larger than 4 MiB' }
$statement, $claims, $request = (Take 'statement.txt' 4000), (Take 'claims.txt' 8192), (Take 'request.txt' 8192)
$proof, $checkpoint, $certificate = (Take 'proof.tlog-proof' 131072), (Take 'checkpoint.txt' 131072), (Take 'certificate.json' 1048576)
foreach ($text in $statement, $proof, $checkpoint, $certificate) { if ($null -eq $text) { Die 'statement.txt, proof.tlog-proof, checkpoint.txt or certificate.json is missing' } }
if ($null -ne $request -and $null -eq $claims) { Die 'a request without claims' }
$at = $proof.IndexOf("`n`n", [StringComparison]::Ordinal)
if ($at -lt 0 -or $proof.Substring($at + 2) -cne $checkpoint) { Die 'checkpoint.txt is not what proof.tlog-proof ends in' }
$head = "{`n  `"format`": `"notary.certificate/v1`",`n  `"statement`": $(Json $statement),`n  `"claims`": $(Json $claims),`n  `"request`": $(Json $request),`n  `"proof`": $(Json $proof),`n  `"timestamps`": ["
if (-not $certificate.StartsWith($head, 'Ordinal')) { Die 'certificate.json differs from the texts beside it' }
$string = '"(?:[^"\\\u0000-\u001F]|\\["\\n]|\\u00(?:0[0-9b-f]|1[0-9a-f]))*"'
$stamp = "\n    \{ ""over"": ""(?<over>checkpoint|commitment)"", ""token"": ""(?<token>[A-Za-z0-9+/]+={0,2})""(?:, ""proof"": (?<own>$string))? \}"
$rest = $certificate.Substring($head.Length)
if (-not (Fits $rest "\]\n\}\n|(?:$stamp,){0,63}$stamp\n  \]\n\}\n")) { Die 'certificate.json has a malformed time-stamp' }
$stamps = @([regex]::Matches($rest, $stamp) | ForEach-Object {
    $token = StrictBase64 $_.Groups['token'].Value
    if ($null -eq $token -or $token.Length -gt 131072) { Die 'certificate.json has a malformed time-stamp' }
    @{ Over = $_.Groups['over'].Value; Token = $token; Own = $_.Groups['own'].Value }
})
foreach ($name in $files) {
    if ((Fits $name "$proofs/(?:ots/$h\.ots|timestamps/(?:0|[1-9][0-9]{0,3})\.(?:tsr|tlog-proof|checkpoint\.txt))") -and $Size[$name] -gt 262144) { Die "$name is larger than 262,144 bytes" }
}

# timestamps/ repeats the tokens: <n>.tsr as an authority's reply, and of a token over a checkpoint what it is over.
function NoteOf([string]$text) { # what a proof ends in, or $null
    $at = "`n$text".IndexOf("`n`n", [StringComparison]::Ordinal)
    if ($at -lt 0) { $null } else { $text.Substring($at + 1) }
}
for ($n = 0; $n -lt $stamps.Length; $n++) {
    $length = $stamps[$n].Token.Length / 2 + 5
    $header = if ($length -lt 128) { '{0:x2}' } elseif ($length -lt 256) { '81{0:x2}' } elseif ($length -lt 65536) { '82{0:x4}' } else { '83{0:x6}' }
    $reply = "$proofs/timestamps/$n.tsr"
    if (-not $Size.ContainsKey($reply) -or (ToHex ([IO.File]::ReadAllBytes((PathOf $reply)))) -cne "30$($header -f [int]$length)3003020100$($stamps[$n].Token)") {
        Die "timestamps/$n.tsr is missing, or differs from what certificate.json holds"
    }
    if ($stamps[$n].Over -cne 'checkpoint') { continue }
    $text = $proof
    if ($stamps[$n].Own) {
        $text = Take "timestamps/$n.tlog-proof" 131072
        if ($null -eq $text -or (Json $text) -cne $stamps[$n].Own) { Die "timestamps/$n.tlog-proof is missing, or differs from what certificate.json holds" }
    }
    $stamps[$n].Proof, $stamps[$n].Note = $text, (NoteOf $text)
    if ($null -ne $stamps[$n].Note -and (Take "timestamps/$n.checkpoint.txt" 131072) -cne $stamps[$n].Note) {
        Die "timestamps/$n.checkpoint.txt is missing, or is not what the time-stamp's proof ends in"
    }
}

function ParseStatement {
    OpenText $statement
    Line 'notary.statement/v1'
    $r = @{ Ledger = Need ledger IsOrigin; Deposit = Need deposit IsUuid; Received = Need received IsTime }
    [void](Need accuracy IsAccuracy)
    $r.After = [bigint]::Parse((Need after IsSizeAndHash).Split(' ')[0])
    [void](May beacon IsBeacon)
    $r.Commitment = Need commitment IsHash; $r.Claims = Need claims IsHash
    Ended; $r
}
function ParseClaims {
    OpenText $claims
    Line 'notary.claims/v1'; [void](Need salt IsHash)
    $r = @{ Account = Need account IsAccount }
    [void](Need depositor IsTitle); [void](May identity IsIdentity); [void](May verified IsVerification)
    $r.Key = May key IsKey; $r.Request = Need request IsHash
    Ended; $r
}
function ParseRequest {
    $text, $signatures = $request, $null
    $at = $request.IndexOf("`n`n", [StringComparison]::Ordinal)
    if ($at -ge 0) {
        if ([regex]::IsMatch($request, '[\u0000-\u0009\u000B-\u001F]')) { throw 'a control character' }
        OpenText $request.Substring($at + 2)
        $signatures = @(ReadSignatures)
        $text = $request.Substring(0, $at + 1)
    }
    OpenText $text
    Line 'notary.request/v1'
    $r = @{ Text = $text; Signatures = $signatures; Ledger = Need ledger IsOrigin; Deposit = Need deposit IsUuid; Account = Need account IsAccount
        Commitment = Need commitment IsHash; Items = [bigint]::Parse((Need items IsNumber)) }
    [void](Need nonce IsHash); [void](Need kind IsKind); [void](May title IsTitle)
    if ($r.Items -eq 0 -or (May previous IsUuid) -ceq $r.Deposit) { throw 'no items, or its own previous' }
    [void](Need requested IsTime)
    Ended; $r
}
function ParseProof([string]$text, [string]$note) {
    OpenText $text.Substring(0, $text.Length - $note.Length - 1)
    Line 'c2sp.org/tlog-proof@v1'
    if (NextIs extra) { [void](Need extra IsBase64) }
    $r = @{ Index = [bigint]::Parse((Need index IsNumber)); Path = @($L | Select-Object -Skip $P | ForEach-Object { HashOf $_ }) }
    if ($r.Path.Length -gt 64 -or $utf8.GetByteCount($note) -gt 65536) { throw 'too long' }
    OpenText $note
    if ($L.Length -lt 5 -or -not (IsOrigin $L[0]) -or -not (IsNumber $L[1]) -or $L[3] -cne '') { throw 'no checkpoint' }
    $r.Origin, $r.Size, $r.Root, $r.Text = $L[0], [bigint]::Parse($L[1]), (HashOf $L[2]), "$($L[0])`n$($L[1])`n$($L[2])`n"
    $script:P = 4
    $r.Signatures = @(ReadSignatures)
    $r
}
function IsBase64($v) { $null -ne (StrictBase64 $v) }
function HashOf([string]$v) { $hex = StrictBase64 $v; if ($null -eq $hex -or $hex.Length -ne 64) { throw 'no hash' }; $hex }
function TryRead($parser) { try { & $parser } catch { $null } }

$S = TryRead ParseStatement
$C = if ($null -ne $claims) { TryRead ParseClaims } else { $null }
$R = if ($null -ne $request) { TryRead ParseRequest } else { $null }
$T = TryRead { ParseProof $proof $checkpoint }

function ReadOpening([string]$name) {
    $text = ReadText $name 8192
    if ($null -eq $text) { throw 'no text' }
    OpenText $text
    Line 'notary.opening/v1'
    $o = @{ Leaf = $name.Substring($name.Length - 68, 64); Nonce = Need content-nonce IsHash; Path = ''; Sha = ''; Steps = @() }
    $named = NextIs metadata-nonce
    $o.Meta = if ($named) { Need metadata-nonce IsHash } else { Need metadata IsHash }
    while ((NextIs left) -or (NextIs right)) {
        $o.Steps += , @(if (NextIs left) { 'left', (Need left IsHash) } else { 'right', (Need right IsHash) })
        if ($o.Steps.Length -gt 64) { throw 'too many steps' }
    }
    if ($named) {
        Line ''
        $item = ($L[$P..($L.Length - 1)] -join "`n") + "`n"
        if ($utf8.GetByteCount($item) -gt 2048) { throw 'too long' }
        Line 'notary.item/v1'
        $o.Path = Need path IsPath; $o.Size = Need size IsNumber; [void](Need modified IsTime); $o.Sha = Need sha256 IsHash; $o.Sm3 = May sm3 IsHash
        $o.TextHash = ShaText $item
    }
    Ended; $o
}
$openings = @($files | Where-Object { Fits $_ "$proofs/openings/$h\.txt" } | ForEach-Object {
    $name = $_
    try { ReadOpening $name } catch { Die "malformed: $name" }
})
foreach ($o in $openings) {
    if ($Size.ContainsKey("$proofs/context.txt") -and $o.Path -ceq 'notary-context.txt' -and ($Size["$proofs/context.txt"] -gt 65536 -or $o.Size -cne [string]$Size["$proofs/context.txt"] -or $o.Sha -cne $Sum["$proofs/context.txt"])) {
        Die 'context.txt is not the content of the item notary-context.txt'
    }
}
$compared = @(
    $files | Where-Object { $_.StartsWith('02_files/', 'Ordinal') } | ForEach-Object { @{ Name = $_; Full = PathOf $_; Size = [string]$Size[$_]; Sha = $Sum[$_] } }
    $given | ForEach-Object { @{ Name = $_; Full = $_; Size = [string](New-Object IO.FileInfo $_).Length; Sha = ShaFile $_ } }
)

# ---- The checks (proto/README.md, "Verification") ----

$result = @{}
$reason = @{}
function Passes($check, $why) { $result[$check] = 'PASS'; $reason[$check] = $why }
function Fails($check, $why) { $result[$check] = 'FAIL'; $reason[$check] = $why }
function Leaves($check, $why) { $result[$check] = 'NOT CHECKED'; $reason[$check] = $why }
$X = if ($S) { ShaText "notary/v1/deposit`0ledger $($S.Ledger)`ndeposit $($S.Deposit)`n" } else { '' }
function LeafOf($o, [string]$content) {
    $metadata = if ($o.Path) { Sha "03$X$($o.TextHash)$($o.Meta)" } else { $o.Meta }
    Sha "00$(Sha "02$X$content$($o.Nonce)")$metadata"
}
function Sm3([string]$full) {
    if (-not $openssl) { return '' }
    $ErrorActionPreference = 'Continue'
    $line = [string](& $openssl dgst -sm3 -r $full 2> $null)
    if ($line.Length -ge 64 -and (IsHash $line.Substring(0, 64))) { $line.Substring(0, 64) } else { '' }
}

function CheckFile {
    if ($compared.Length -eq 0) { Leaves file 'no file was given to compare'; return }
    if ($openings.Length -eq 0) { Leaves file 'the package opens no document'; return }
    $hidden = @($openings | Where-Object { -not $_.Path })
    $known = @{}
    foreach ($o in $openings) { if ($o.Path) { $known["$($o.Size) $($o.Sha)"] = @($known["$($o.Size) $($o.Sha)"] | Where-Object { $_ }) + $o } }
    $stranger, $undecided, $trials = $false, $false, 0
    foreach ($one in $compared) {
        $outcome, $match = 'none', ''
        foreach ($o in @($known["$($one.Size) $($one.Sha)"] | Where-Object { $_ })) {
            # Every digest that the item states: else the SHA-256 of one document and the SM3 of another would pass as one.
            $sm3 = if ($o.Sm3) { Sm3 $one.Full } else { '' }
            if (-not $o.Sm3 -or $sm3 -ceq $o.Sm3) { $outcome, $match = 'same', "deposited as $(Shown $o.Path)"; break }
            if (-not $sm3) { $outcome = 'undecided' }
        }
        if ($outcome -ceq 'none' -and $S -and $hidden.Length -gt 0) {
            $trials += $hidden.Length
            if ($trials -gt 2000000) { $outcome = 'undecided' }
            else {
                foreach ($o in $hidden) { if ((LeafOf $o $one.Sha) -ceq $o.Leaf) { $o.Sha = $one.Sha; $outcome, $match = 'same', 'without its name'; break } }
            }
        }
        "  $outcome  $(Shown $one.Name)  $match"
        if ($outcome -ceq 'none') { $stranger = $true }
        if ($outcome -ceq 'undecided') { $undecided = $true }
    }
    if ($stranger) { Fails file 'a file is in no item that the package shows' }
    elseif ($undecided) { Leaves file 'a file was not compared in full' }
    else { Passes file "$($compared.Length) compared: size and every digest stated are equal" }
}
function HasPosition($steps, [bigint]$leaves) { # whether a leaf of a tree of so many has these steps (RFC 6962)
    for ($i = $steps.Length - 1; $i -ge 0; $i--) {
        if ($leaves -le 1) { return $false }
        $split = [bigint]1
        while ($split * 2 -lt $leaves) { $split *= 2 }
        $leaves = if ($steps[$i][0] -ceq 'left') { $leaves - $split } else { $split }
    }
    $leaves -eq 1
}
function CheckCommitment {
    if (-not $S) { Leaves commitment 'there is no statement to compare with'; return }
    if ($openings.Length -eq 0) { Leaves commitment 'the package opens no document'; return }
    $paths = New-Object 'Collections.Generic.HashSet[string]' ([StringComparer]::Ordinal)
    $shown = 0
    foreach ($o in $openings) {
        if ($o.Sha) { $shown++; if ((LeafOf $o $o.Sha) -cne $o.Leaf) { Fails commitment "opening $($o.Leaf) does not give the leaf that it is named after"; return } }
        $node = $o.Leaf
        foreach ($step in $o.Steps) { $node = if ($step[0] -ceq 'left') { Sha "01$($step[1])$node" } else { Sha "01$node$($step[1])" } }
        if ($node -cne $S.Commitment) { Fails commitment "opening $($o.Leaf) does not lead to the statement's commitment"; return }
        if ($R -and -not (HasPosition $o.Steps $R.Items)) { Fails commitment "opening $($o.Leaf) has a path that no item of $($R.Items) has"; return }
        if ($o.Path -and -not $paths.Add($o.Path)) { Fails commitment 'two openings show the same path'; return }
    }
    if ($R -and $R.Items -lt $openings.Length) { Fails commitment "it opens $($openings.Length) items of $($R.Items)"; return }
    if ($shown -eq 0) { Leaves commitment 'openings without item text, and no given file is one of them'; return }
    Passes commitment "$shown of $(if ($R) { $R.Items } else { 'an unknown number of' }) items shown; the number is the depositor's claim"
}
function CheckClaims {
    if (-not $S) { Leaves claims 'there is no statement to compare with'; return }
    if ($null -eq $claims) { Leaves claims 'claims and request are withheld: who deposited was not checked'; return }
    if ($Sum["$proofs/claims.txt"] -cne $S.Claims) { Fails claims 'the claims are not those whose hash the statement holds'; return }
    if (-not $C) { Fails claims 'the claims cannot be read'; return }
    if ($null -eq $request) { Leaves claims 'the request is withheld'; return }
    if (-not $R) { Fails claims 'the request cannot be read'; return }
    if ($Sum["$proofs/request.txt"] -cne $C.Request) { Fails claims 'the request is not the one whose hash the claims hold'; return }
    if ($R.Account -cne $C.Account -or $R.Ledger -cne $S.Ledger -or $R.Deposit -cne $S.Deposit -or $R.Commitment -cne $S.Commitment) { Fails claims 'request, claims and statement disagree'; return }
    Passes claims "request, claims and statement agree; account $($C.Account)"
}
function CheckSignature {
    if (-not $R) { Leaves signature 'the request is withheld, or cannot be read'; return }
    if ($expected -and $expected.Name -cne $R.Account) { Fails signature "the request is of account $($R.Account), the key given is not"; return }
    if ($null -eq $R.Signatures) {
        if ($expected) { Fails signature 'a key was given, but the request is unsigned' } else { Leaves signature 'named by the operator; no signature of the depositor' }
        return
    }
    $from = if ($expected) { $expected } elseif ($C -and $C.Key) { ParseKey $C.Key } else { $null }
    if (-not $from) { Leaves signature 'neither you nor the claims name a key'; return }
    if ($from.Name -cne $R.Account -or $from.Type -cne '01') { Fails signature "the key is no Ed25519 key of account $($R.Account)"; return }
    if (-not $canSign) { Leaves signature 'openssl 3 is missing'; return }
    $by = SignedBy $from $R.Signatures $R.Text
    if ($by -cne 'Valid') { Fails signature "the signature of $($R.Account) is $by"; return }
    Passes signature "account $($R.Account) signed the request, under the key $(if ($expected) { 'that you gave' } else { 'that the claims name' })"
}
function CheckInclusion {
    if (-not $S) { Fails inclusion "the entry is not a deposit's statement"; return }
    if (-not $T) { Fails inclusion 'the proof cannot be read'; return }
    if (-not (Climbs $T)) { Fails inclusion "the statement is not entry $($T.Index) of $($T.Size) under the checkpoint's root"; return }
    if ($T.Index -lt $S.After) { Fails inclusion "the statement says that it came after $($S.After) entries, and is entry $($T.Index)"; return }
    Passes inclusion "the statement is entry $($T.Index) of $($T.Size) under the checkpoint's root"
}
function Climbs($t) { # whether the path leads from the statement at its index to the root
    $fn, $sn, $node = $t.Index, ($t.Size - 1), (ToHex $sha256.ComputeHash([byte[]](@(0) + $utf8.GetBytes($statement))))
    $broken = $t.Index -ge $t.Size
    foreach ($p in $t.Path) { # RFC 9162, section 2.1.3.2
        if ($broken -or $sn -eq 0) { $broken = $true; break }
        if (-not $fn.IsEven -or $fn -eq $sn) {
            $node = Sha "01$p$node"
            while ($fn.IsEven -and $fn -ne 0) { $fn /= 2; $sn = [bigint]::Divide($sn, 2) }
        } else { $node = Sha "01$node$p" }
        $fn, $sn = [bigint]::Divide($fn, 2), [bigint]::Divide($sn, 2)
    }
    -not $broken -and $sn -eq 0 -and $node -ceq $t.Root
}
function CheckCheckpoint {
    if (-not $T) { Fails checkpoint 'the proof cannot be read'; return }
    if ($S -and $S.Ledger -cne $T.Origin) { Fails checkpoint 'the statement is of another ledger than the checkpoint'; return }
    if ($policy.Logs.Length -gt 0 -and -not $canSign) { Leaves checkpoint 'openssl 3 is missing'; return }
    $named, $signed = $false, $false
    foreach ($log in $policy.Logs) {
        $by = SignedBy $log $T.Signatures $T.Text
        # A trusted key's bad signature condemns the checkpoint, whoever else signed it (C2SP signed-note).
        if ($by -ceq 'Invalid') { Fails checkpoint "the signature of ledger $($log.Name) is Invalid under the key given"; return }
        if ($log.Name -cne $T.Origin) { continue }
        $named = $true
        if ($by -ceq 'Valid') { $signed = $true }
    }
    if ($policy.Logs.Length -eq 0) { Leaves checkpoint "no -Key or -Trust was given: whose checkpoint this is was not checked (it says: $($T.Origin))"; return }
    if (-not $named) { Fails checkpoint "the checkpoint is of ledger $($T.Origin), of which no key was given"; return }
    if (-not $signed) { Fails checkpoint "the signature of ledger $($T.Origin) is Absent under the key given"; return }
    if ($S) { Passes checkpoint "ledger $($T.Origin) signed it, under the key given" } else { Leaves checkpoint 'there is no statement to compare with' }
}
$earliest, $earliestBy = '', ''
function Dated([string]$time, [string]$by) { # an independent time of the entry, as the texts write it
    if (-not $earliest -or [string]::CompareOrdinal($time, $earliest) -lt 0) { $script:earliest, $script:earliestBy = $time, $by }
}
function OfSeconds([long]$seconds) { ([DateTime]'1970-01-01').AddSeconds($seconds).ToString('yyyy-MM-ddTHH:mm:ss.fffZ', [Globalization.CultureInfo]::InvariantCulture) }
function CheckWitnesses {
    if (-not $T) { Leaves witnesses 'the proof cannot be read'; return }
    if ($policy.Witnesses.Length -gt 0 -and -not $canSign) { Leaves witnesses 'openssl 3 is missing'; return }
    $cosigned = @()
    foreach ($witness in $policy.Witnesses) {
        $name = Shown $witness.Key.Name
        $by = CosignedBy $witness.Key $T.Signatures $T.Text
        if ($by.Result -ceq 'Invalid') { Fails witnesses "a cosignature in the name of $name does not verify"; return }
        if ($by.Result -cne 'Valid') { continue }
        $cosigned += $witness.Name
        if ($by.At -ne 0) { Dated (OfSeconds $by.At) "见证方 witness $name" }
    }
    $have = "$($cosigned.Length) of $($policy.Witnesses.Length) witnesses have cosigned"
    if (-not $policy.Quorum) { Leaves witnesses "no quorum of witnesses is asked for; $have"; return }
    foreach ($group in $policy.Groups) { # a group names only what stands above it
        if (@($group.Members | Where-Object { $cosigned -ccontains $_ }).Length -ge $group.Least) { $cosigned += $group.Name }
    }
    if ($cosigned -ccontains $policy.Quorum) { Passes witnesses "the quorum of the trust file is met: $have" }
    else { Fails witnesses "the quorum of the trust file is not met: $have" }
}
function JudgeToken([int]$n) { # a time, 'unknown', or what is wrong
    $one = $stamps[$n]
    $token = "$work/token"
    [IO.File]::WriteAllBytes($token, (FromHex $one.Token))
    if ($one.Over -ceq 'commitment') { $over, $imprint = @('-digest', $S.Commitment), $S.Commitment }
    else {
        $over, $imprint = @('-data', (PathOf "$proofs/timestamps/$n.checkpoint.txt")), $Sum["$proofs/timestamps/$n.checkpoint.txt"]
        if ($one.Own) {
            $t = if ($null -ne $one.Note) { TryRead { ParseProof $one.Proof $one.Note } } else { $null }
            if (-not $t) { return 'has a proof that cannot be read' }
            if ($t.Origin -cne $S.Ledger) { return 'is over a checkpoint of another ledger' }
            if ($t.Index -ne $script:T.Index -or -not (Climbs $t)) { return 'is over a checkpoint that is not shown to include the entry' }
        }
    }
    $ErrorActionPreference = 'Continue'
    $text = @(& $openssl ts -reply -token_in -in $token -token_out -text 2> $null)
    if ($LASTEXITCODE -ne 0) { return 'cannot be read' }
    if ($text -cnotcontains 'Hash Algorithm: sha256') { return 'is not over a SHA-256' }
    $said = -join @($text | ForEach-Object { [regex]::Match($_, '\A *[0-9a-f]+ - ([0-9a-f -]{47})') } | Where-Object { $_.Success } | Select-Object -First 2 | ForEach-Object { $_.Groups[1].Value })
    if ([regex]::Replace($said, '[ -]', '') -cne $imprint) { return 'is over other data' }
    # Whoever signed it, the signature holds, and the certificate is for time-stamping alone.
    & $openssl cms -verify -inform DER -in $token -noverify -signer "$work/signer" -out "$work/content" *> $null
    if ($LASTEXITCODE -ne 0) { return 'bears a signature that does not verify' }
    $said = (& $openssl x509 -in "$work/signer" -noout -ext extendedKeyUsage 2> $null) -join "`n"
    if (-not (Fits $said '[^\n]*critical\n *Time Stamping')) { return 'is signed under a certificate that is not for time-stamping alone' }
    $said = (& $openssl x509 -in "$work/signer" -noout -ext keyUsage 2> $null) -join "`n"
    if ($said.Contains('X509v3 Key Usage:') -and $said -cnotmatch '\n *(Digital Signature|Non Repudiation)(, Non Repudiation)?\z') { return 'is signed under a certificate whose key is for something else than signatures' }
    & $openssl x509 -in "$work/signer" -noout -pubkey -out "$work/public" *> $null
    $said = (& $openssl pkey -pubin -in "$work/public" -noout -text 2> $null) -join "`n"
    $m = [regex]::Match($said, '\(([0-9]+) bit')
    if ($said.Contains('Modulus:') -and $m.Success -and [int]$m.Groups[1].Value -lt 2048) { return 'is signed with an RSA key of fewer than 2048 bits' }
    $said = (& $openssl cms -cmsout -print -noout -inform DER -in $token 2> $null) -join "`n"
    if ($said.Substring($said.LastIndexOf('signerInfos:') + 1) -cnotmatch 'digestAlgorithm: *\n *algorithm: sha(256|384|512) ') { return 'is signed under a hash function that is not SHA-256, SHA-384 or SHA-512' }
    if (-not $roots) { return 'unknown' }
    $m = [regex]::Match([string]($text -clike 'Time stamp: *' | Select-Object -First 1), '\ATime stamp: ([A-Z][a-z]{2}) +([0-9]+) ([0-9:]{8})(\.[0-9]+)? ([0-9]{4}) GMT\z')
    if (-not $m.Success) { return 'tells no time' }
    $spelled = "$($m.Groups[1].Value) $($m.Groups[2].Value) $($m.Groups[3].Value) $($m.Groups[5].Value)"
    $time = [DateTime]::ParseExact($spelled, 'MMM d HH:mm:ss yyyy', [Globalization.CultureInfo]::InvariantCulture)
    # Level 2 takes no RSA key under 2048 bits in the chain, and no SHA-1. As of its own time: openssl judges certificates as of now unless it is told. It counts seconds.
    $seconds = [long]($time - [DateTime]'1970-01-01').TotalSeconds + $(if ($m.Groups[4].Success) { 1 } else { 0 })
    $said = & $openssl ts -verify -token_in -in $token @over -CAfile $roots -attime $seconds -auth_level 2 2>&1 | Out-String
    if ($LASTEXITCODE -eq 0) { return $time.ToString('yyyy-MM-ddTHH:mm:ss') + '.' + $m.Groups[4].Value.TrimStart('.').PadRight(3, '0').Substring(0, 3) + 'Z' }
    if ($said -cmatch 'unable to get (local )?issuer certificate|self.signed certificate') { 'unknown' } else { 'does not verify' }
}
function CheckTime {
    if ($stamps.Length -eq 0) { Leaves time 'there is no time-stamp'; return }
    if (-not $canSign -or -not (& { $ErrorActionPreference = 'Continue'; & $openssl ts -help 2>&1 | Out-String }).Contains('-attime')) { Leaves time 'openssl 3 is missing'; return }
    if (-not $S -or -not $T) { Leaves time 'there is no entry that could be dated'; return }
    $held, $refused = 0, ''
    for ($n = 0; $n -lt $stamps.Length; $n++) {
        $said = JudgeToken $n
        if ($said -ceq 'unknown') { continue }
        if (-not $said.EndsWith('Z', 'Ordinal')) { if (-not $refused) { $refused = "time-stamp $n $said" }; continue }
        $held++
        if ($stamps[$n].Over -ceq 'checkpoint') { Dated $said '时间戳 a time-stamp' }
    }
    # What another authority says is not less true for it.
    if ($refused) { Fails time $refused }
    elseif (-not $roots) { Leaves time 'no -TsaRoots were given' }
    elseif ($held -eq 0) { Leaves time 'no time-stamp leads to the roots given' }
    else { Passes time "$held of $($stamps.Length) time-stamps verify, each as of its own time, up to the roots given; revocation was not checked" }
}

# ---- OpenTimestamps: one file a document, from its digest through the entry into Bitcoin (the limits are those of notary) ----

function Bytes([int]$count) {
    if ($count -gt $ots.Length - $at) { throw 'is cut short' }
    $bytes = New-Object byte[] $count
    [Array]::Copy($ots, $at, $bytes, 0, $count)
    $script:at += $count
    , $bytes
}
function Number { # unsigned LEB128; ten groups hold 64 bits
    $number = [bigint]0
    for ($shift = 0; $shift -lt 70; $shift += 7) {
        $group = (Bytes 1)[0]
        if ($shift -eq 63 -and ($group -band 127) -gt 1) { break }
        $number += [bigint]($group -band 127) * [bigint]::Pow(2, $shift)
        if ($group -lt 128) { return $number }
    }
    throw 'has a number of more than 64 bits'
}
function Sized([int]$least, [int]$most) {
    $count = Number
    if ($count -lt $least -or $count -gt $most) { throw 'has a piece that is too long or too short' }
    , (Bytes ([int]$count))
}
function Keccak256([byte[]]$message) { # with the padding of before SHA-3, which no library here has
    $rotations = 0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14
    $constants = '1 8082 800000000000808a 8000000080008000 808b 80000001 8000000080008081 8000000000008009 8a 88 80008009 8000000a 8000808b 800000000000008b 8000000000008089 8000000000008003 8000000000008002 8000000000000080 800a 800000008000000a 8000000080008081 8000000000008080 80000001 8000000080008008'.Split(' ')
    $padded = New-Object byte[] ($message.Length + 136 - $message.Length % 136)
    [Array]::Copy($message, $padded, $message.Length)
    $padded[$message.Length] = $padded[$message.Length] -bor 1
    $padded[$padded.Length - 1] = $padded[$padded.Length - 1] -bor 128
    $s, $b, $c = (New-Object uint64[] 25), (New-Object uint64[] 25), (New-Object uint64[] 5)
    for ($k = 0; $k -lt $padded.Length; $k += 136) {
        for ($i = 0; $i -lt 17; $i++) { $s[$i] = $s[$i] -bxor [BitConverter]::ToUInt64($padded, $k + 8 * $i) }
        foreach ($constant in $constants) {
            for ($x = 0; $x -lt 5; $x++) { $c[$x] = $s[$x] -bxor $s[$x + 5] -bxor $s[$x + 10] -bxor $s[$x + 15] -bxor $s[$x + 20] }
            for ($x = 0; $x -lt 5; $x++) {
                $w = $c[($x + 1) % 5]
                $d = $c[($x + 4) % 5] -bxor (($w -shl 1) -bor ($w -shr 63))
                for ($y = 0; $y -lt 25; $y += 5) { $s[$x + $y] = $s[$x + $y] -bxor $d }
            }
            for ($i = 0; $i -lt 25; $i++) {
                $x, $y, $w, $d = ($i % 5), [Math]::Floor($i / 5), $s[$i], $rotations[$i]
                if ($d -ne 0) { $w = ($w -shl $d) -bor ($w -shr (64 - $d)) }
                $b[(2 * $x + 3 * $y) % 5 * 5 + $y] = $w
            }
            for ($y = 0; $y -lt 25; $y += 5) {
                for ($x = 0; $x -lt 5; $x++) { $s[$y + $x] = $b[$y + $x] -bxor ((-bnot $b[$y + ($x + 1) % 5]) -band $b[$y + ($x + 2) % 5]) }
            }
            $s[0] = $s[0] -bxor [Convert]::ToUInt64($constant, 16)
        }
    }
    $digest = New-Object byte[] 32
    [Buffer]::BlockCopy($s, 0, $digest, 0, 32)
    , $digest
}
function Applied([byte]$tag, [byte[]]$message) { # the message after the operation at $at
    switch ($tag) {
        0x08 { return , $sha256.ComputeHash($message) }
        0x02 { return , [Security.Cryptography.SHA1]::Create().ComputeHash($message) }
        0x67 { return , (Keccak256 $message) }
        0x03 {
            [IO.File]::WriteAllBytes("$work/message", $message)
            $ErrorActionPreference = 'Continue'
            $line = if ($openssl) { [string](& $openssl dgst -rmd160 -r "$work/message" 2> $null) } else { '' }
            if ($line.Length -lt 40 -or -not (Fits $line.Substring(0, 40) '[0-9a-f]{40}')) { Die 'a path uses a hash function that openssl here does not have: use notary verify' }
            return , (FromHex $line.Substring(0, 40))
        }
        0xf0 { return , [byte[]]($message + (Sized 1 4096)) }
        0xf1 { return , [byte[]]((Sized 1 4096) + $message) }
        0xf2 { $reversed = [byte[]]$message.Clone(); [Array]::Reverse($reversed); return , $reversed }
        0xf3 { return , [Text.Encoding]::ASCII.GetBytes((ToHex $message)) }
        default { throw 'has an operation that is not known' }
    }
}
function Attested([byte[]]$message, [bool]$past, $found) {
    $kind = ToHex (Bytes 8)
    $payload = Sized 0 8192
    $end, $script:at = $at, ($at - $payload.Length)
    if ($kind -ceq '83dfe30d2ef90c8e') {
        if (-not (Fits ([Text.Encoding]::GetEncoding(28591).GetString((Sized 0 1000))) '[A-Za-z0-9._/:-]*')) { throw 'names an address that is none' }
    }
    elseif ($kind -ceq '0588960d73d71901' -or $kind -ceq '06869a0d73d71b45') { $height = [string](Number) }
    else { $script:at = $end }
    if ($at -ne $end) { throw 'has an attestation that is cut short or goes on' }
    if ($kind -cne '0588960d73d71901' -or -not $past) { return }
    if ($message.Length -ne 32) { $found.Contradicted = $height }
    elseif (-not $blocks.ContainsKey($height)) { $found.Open = $height }
    elseif ($blocks[$height].Root -cne (ToHex $message)) { $found.Contradicted = $height }
    elseif (-not $found.Confirmed -or $blocks[$height].Time -lt $blocks[$found.Confirmed].Time) { $found.Confirmed = $height }
}
function WalkOts([byte[]]$digest, [string]$entry) { # every attestation on a way by the entry; no calls in calls, whose depth has a limit
    $found = @{ Reached = $false; Confirmed = ''; Contradicted = ''; Open = '' }
    $ways = New-Object Collections.Generic.Stack[object]
    $ways.Push(@{ Message = $digest; Left = 255; Past = (ToHex $digest) -ceq $entry })
    $items = 0
    while ($ways.Count -gt 0) {
        $way = $ways.Pop()
        if ($way.Past) { $found.Reached = $true }
        $tag = (Bytes 1)[0]
        if ($tag -eq 0xff) { $tag = (Bytes 1)[0]; $ways.Push($way) }
        if (++$items -gt 16384) { throw 'has more than 16,384 operations' }
        if ($tag -eq 0) { Attested $way.Message $way.Past $found; continue }
        if ($way.Left -eq 0) { throw 'has more than 255 operations in a row' }
        $message = Applied $tag $way.Message
        if ($message.Length -gt 4096) { throw 'has a message of more than 4,096 bytes' }
        $ways.Push(@{ Message = $message; Left = $way.Left - 1; Past = $way.Past -or (ToHex $message) -ceq $entry })
    }
    if ($at -ne $ots.Length) { throw 'is followed by more bytes' }
    $found
}
function JudgePath([string]$name, [string]$entry) { # what its attestations come to, or what is wrong
    $script:ots, $script:at = [IO.File]::ReadAllBytes((PathOf $name)), 0
    try {
        if ($ots.Length -lt 33 -or (ToHex (Bytes 32)) -cne '004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e8929401') { throw 'is no OpenTimestamps file of version 1' }
        if ((Bytes 1)[0] -ne 8) { throw 'does not start from a SHA-256' }
        $digest = Bytes 32
        $found = WalkOts $digest $entry
    }
    catch { return $_.Exception.Message }
    $leaf = $name.Substring($name.Length - 68, 64)
    $o = $openings | Where-Object { $_.Leaf -ceq $leaf } | Select-Object -First 1
    if (-not $o -or ($o.Path -and $o.Sha -cne (ToHex $digest)) -or (LeafOf $o (ToHex $digest)) -cne $leaf) { return 'does not start from the digest of the document that it is named after' }
    if (-not $found.Reached) { return "does not lead through this deposit's entry" }
    if (-not $found.Confirmed -and $found.Contradicted) { return "leads to another Merkle root than block $($found.Contradicted) has" }
    $found
}
function CheckBitcoin {
    $paths = @($files | Where-Object { $_.StartsWith("$proofs/ots/", 'Ordinal') })
    if ($paths.Length -eq 0) { Leaves bitcoin 'there is no OpenTimestamps path'; return }
    if (-not $S) { Leaves bitcoin 'there is no statement that a path could lead through'; return }
    $entry = ToHex $sha256.ComputeHash([byte[]](@(0) + $utf8.GetBytes($statement)))
    $known, $first, $open = 0, '', ''
    foreach ($name in $paths) {
        $found = JudgePath $name $entry
        if ($found -is [string]) { Fails bitcoin "$name $found"; return }
        if ($found.Open) { $open = $found.Open }
        if (-not $found.Confirmed) { continue }
        $known++
        if (-not $first -or $blocks[$found.Confirmed].Time -lt $blocks[$first].Time) { $first = $found.Confirmed }
    }
    if ($first) {
        # Consensus lets a block's time run two hours ahead.
        Dated (OfSeconds ($blocks[$first].Time + 7200)) "比特币区块 Bitcoin block $first"
        Passes bitcoin "$known of $($paths.Length) paths lead from a document through this entry into block $first, whose header you gave; a block's time is good to about a day"
    }
    elseif ($open) { Leaves bitcoin "$($paths.Length) paths lead towards Bitcoin, one into block ${open}: -Headers FILE with its header checks it" }
    else { Leaves bitcoin "$($paths.Length) paths have not reached Bitcoin yet" }
}

CheckFile
CheckCommitment
CheckClaims
CheckSignature
CheckInclusion
CheckCheckpoint
CheckWitnesses
CheckTime
CheckBitcoin
[IO.Directory]::Delete($work, $true)

# ---- The verdict ----

$chinese = @{ file = '文件'; commitment = '承诺值'; claims = '声明'; signature = '签名'; inclusion = '包含证明'; checkpoint = '检查点'; witnesses = '见证'; time = '时间戳'
    bitcoin = '比特币'; PASS = '通过'; FAIL = '不通过'; 'NOT CHECKED' = '未核验' }
$names = 'file', 'commitment', 'claims', 'signature', 'inclusion', 'checkpoint', 'witnesses', 'time', 'bitcoin'
$needed = if ($compared.Length -gt 0) { 'file', 'commitment', 'inclusion', 'checkpoint' } else { 'inclusion', 'checkpoint' }
$failed = @($names | Where-Object { $result[$_] -ceq 'FAIL' })
$missing = @($needed | Where-Object { $result[$_] -cne 'PASS' })
foreach ($one in $names) { "$($chinese[$result[$one]]) $($result[$one])  $($chinese[$one]) ${one}: $($reason[$one])" }
''
if ($compared.Length -eq 0) { '未提供文件，以下结论仅针对证书本身。 No file was given, so this is about the certificate alone.' }
if ($failed) { "不通过 FAIL: $failed" }
elseif ($missing) { "无法判断 INDETERMINATE, 缺 missing: $missing" }
else { "通过 PASS: 账本 ledger $($S.Ledger), 条目 entry $($T.Index), 存证 deposit $($S.Deposit)" }
if ($earliest -and $result.inclusion -ceq 'PASS' -and $result.checkpoint -ceq 'PASS') {
    "该条目最晚于 $earliest 已存在。 The entry existed no later than $earliest. 依据 According to: $earliestBy"
}
elseif ($S) { "运营方所称接收时间 received, as the operator claims: $($S.Received). 本脚本未核验任何独立时间。 No independent time was checked here." }
if ($failed) { exit 1 } elseif ($missing) { exit 3 } else { exit 0 }
