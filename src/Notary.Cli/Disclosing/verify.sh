#!/usr/bin/env bash
# 核验存证披露包：不需要 .NET，不需要网络。  Checks a package that discloses documents of a deposit, offline, without .NET.
#
#   bash verify.sh [--key VKEY | --trust FILE] [--depositor VKEY] [--tsa-roots FILE] [--headers FILE] [--package FOLDER] [FILE...]
#
#   --key        账本公钥 the ledger's public key, as its operator publishes it. Take it from elsewhere than this package.
#   --trust      信任文件 in its place a trust file (C2SP tlog-policy): the ledgers and witnesses that you trust, and how many must have signed.
#   --depositor  存证人公钥 the key of the account that you expect to have deposited.
#   --tsa-roots  时间戳根证书 root certificates, in PEM, of the time-stamping authorities that you trust; without it no time-stamp counts.
#   --headers    区块头 headers of Bitcoin blocks that you trust, one 'height header' a line, the header in 160 hex digits.
#   --package    解压后的文件夹 the unpacked package; by default the one that this script lies in.
#   FILE         待核验的文件 documents to compare, besides those in 02_files/.
#
# Exit code: 通过 PASS 0, 不通过 FAIL 1, 无法判断 INDETERMINATE 3; 2: 拒绝 the package or the command is refused.
# Uses bash 4.4, GNU coreutils, xxd, and openssl 3 for signatures. The formats are in the project's proto/README.md.
# Whoever forges a package forges the script in it: take this one from the project, and compare.
#
# Everything in the package is a stranger's: it is compared, hashed and printed, and never executed or expanded.
set -u
export LC_ALL=C
shopt -s nullglob dotglob globstar
shopt -u patsub_replacement 2>/dev/null

die() { printf 'verify.sh: 拒绝 refused: %s\n' "$1" >&2; exit 2; }

# ---- What the texts may hold (proto/README.md, "The texts") ----

b=$'[\x80-\xbf]'
high=$'[\xc3-\xdf]'"$b"$'|\xe0[\xa0-\xbf]'"$b"$'|[\xe1\xe3-\xec\xee]'"$b$b"$'|\xe2[\x81-\xbf]'"$b"$'|\xed[\x80-\x9f]'"$b"$'|\xef[\x80-\xba\xbc-\xbf]'"$b"$'|\xf0[\x90-\xbf]'"$b$b"$'|[\xf1-\xf3]'"$b$b$b"$'|\xf4[\x80-\x8f]'"$b$b"
allowed=$'[ -~]|\xc2[\xa0-\xbf]|\xe2\x80[\x80-\xa7\xaa-\xbf]|\xef\xbb[\x80-\xbe]|'"$high"
utf8_line=$'^([\x01-\x7f]|\xc2'"$b"$'|\xe2\x80'"$b"$'|\xef\xbb'"$b|$high)*\$"
text_line="^($allowed)+\$"
hash='[0-9a-f]{64}'
marks=($'\xd8\x9c' $'\xe2\x80\x8e' $'\xe2\x80\x8f' $'\xe2\x80\xaa' $'\xe2\x80\xab' $'\xe2\x80\xac' $'\xe2\x80\xad' $'\xe2\x80\xae'
  $'\xe2\x81\xa6' $'\xe2\x81\xa7' $'\xe2\x81\xa8' $'\xe2\x81\xa9')
mark_names=(061c 200e 200f 202a 202b 202c 202d 202e 2066 2067 2068 2069)
spaces=$'\xc2\xa0|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xaf]|\xe2\x81\x9f|\xe3\x80\x80| '

is_text() { [[ $1 =~ $text_line && $1 != ' '* && $1 != *' ' ]]; }
is_title() {
  is_text "$1" || return 1
  local mark characters=${1//[$'\x80'-$'\xbf']/}
  for mark in "${marks[@]}"; do [[ $1 != *"$mark"* ]] || return 1; done
  (( ${#characters} <= 256 ))
}
is_path() {
  is_text "$1" && (( ${#1} <= 1024 )) && [[ $1 != *\\* && /$1/ != *//* && /$1/ != */./* && /$1/ != */../* && /$1/ != *"/ "* && /$1/ != *" /"* ]]
}
is_number() {
  [[ $1 =~ ^(0|[1-9][0-9]{0,19})$ ]] && { (( ${#1} < 20 )) || [[ ! $1 > 18446744073709551615 ]]; }
}
less() { (( ${#1} != ${#2} )) && { (( ${#1} < ${#2} )); return; }; [[ $1 < $2 ]]; } # of numbers
number() { N=0; local i; for ((i = 0; i < ${#1}; i++)); do N=$((N * 10 + ${1:i:1})); done; } # modulo 2^64, as bash counts
is_time() {
  [[ $1 =~ ^([0-9]{4})-(0[1-9]|1[0-2])-([0-9]{2})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$ ]] || return 1
  local year=$((10#${BASH_REMATCH[1]})) month=$((10#${BASH_REMATCH[2]})) day=$((10#${BASH_REMATCH[3]})) days=31
  case $month in 4|6|9|11) days=30;; 2) days=$((28 + (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))));; esac
  (( year >= 1 && day >= 1 && day <= days ))
}
is_uuid() {
  [[ $1 =~ ^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$ ]] && (( 16#${1:0:8}${1:9:4} % 60000 == 0 ))
}
is_origin() { [[ $1 =~ ^[a-z0-9./:-]{1,255}$ ]]; }
is_account() { [[ $1 =~ ^[a-z0-9-]{1,64}$ ]]; }
is_kind() { [[ $1 =~ ^[a-z0-9-]{1,32}$ ]]; }
is_hash() { [[ $1 =~ ^$hash$ ]]; }
is_size_and_hash() { [[ $1 == *' '* ]] && is_number "${1%% *}" && is_hash "${1#* }" && [[ ${1%% *} != 0 ]]; }
is_accuracy() { [[ $1 == unknown ]] || { [[ $1 == *ms ]] && is_number "${1%ms}"; }; }
is_beacon() {
  [[ $1 =~ ^token\ $hash$ ]] || { [[ $1 =~ ^bitcoin\ ([0-9]+)\ $hash$ ]] && is_number "${BASH_REMATCH[1]}"; }
}
is_identity() { is_text "$1" && [[ $1 == ?*:* && ${1#*:} != '' && ${1%%:*} != '' ]]; }
is_verification() { is_text "$1" && [[ $1 == *' '* && ${1% *} != *' ' && ${1% *} != '' ]] && is_time "${1##* }"; }
is_key() { parse_key "$1"; }
shown() { # for a terminal: a mark must not turn the line
  local i name
  V=$1
  for i in "${!marks[@]}"; do name="\\u{${mark_names[i]}}"; V=${V//"${marks[i]}"/$name}; done
}

# ---- Reading: lines into L, and fields from it at P into V ----

read_lines() { # file, limit: false unless it is whole lines without NUL
  local line sum=0
  [[ -n ${SIZE[$1]-} ]] && (( SIZE[$1] <= $2 )) && load "$1" || return 1
  P=0
  for line in "${L[@]}"; do sum=$((sum + ${#line} + 1)); done
  (( sum == SIZE[$1] ))
}
load() { mapfile L < "$1"; (( ${#L[@]} > 0 )) && [[ ${L[-1]} == *$'\n' ]] && L=("${L[@]%$'\n'}"); } # false unless the last line is a whole one
line() { (( P < ${#L[@]} )) && [[ ${L[P]} == "$1" ]] && P=$((P + 1)); }
next_is() { (( P < ${#L[@]} )) && [[ ${L[P]} == "$1 "* ]]; }
need() { next_is "$1" && local value=${L[P]#"$1 "} && P=$((P + 1)) && "$2" "$value" && V=$value; }
may() { V=; ! next_is "$1" || need "$1" "$2"; }
ended() { (( P == ${#L[@]} )); }

# ---- Hashing ----

sha() { V=$(printf %s "$1" | xxd -r -p | sha256sum); V=${V%% *}; } # hex in, hex out
sha_all() { # the SHA-256 of each of IN, hex of one length, into OUT: many at once, since a process a hash is slow
  OUT=()
  local i sums
  for ((i = 0; i < ${#IN[@]}; i += 1000)); do
    printf %s "${IN[@]:i:1000}" | fold -w 4096 | xxd -r -p | (cd "$work" && split -b $((${#IN[0]} / 2)) -a 4 - h.)
    mapfile -t sums < <(cd "$work" && sha256sum h.* && rm h.*)
    OUT+=("${sums[@]%% *}")
  done
  (( ${#OUT[@]} == ${#IN[@]} )) || die 'xxd, split or sha256sum failed'
}
hex() { # strict base64 to hex
  [[ $1 =~ ^[A-Za-z0-9+/]*={0,2}$ ]] && (( ${#1} % 4 == 0 )) || return 1
  V=$(printf %s "$1" | base64 -d 2>/dev/null | xxd -p | tr -d '\n')
  [[ $(printf %s "$V" | xxd -r -p | base64 -w 0) == "$1" ]]
}

# ---- Keys and signatures (C2SP signed-note) ----

small_order=(0000000000000000000000000000000000000000000000000000000000000000 0100000000000000000000000000000000000000000000000000000000000000
  26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05 c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a
  ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
  eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f)
is_name() { [[ $1 != *+* && ! $1 =~ $spaces ]] && is_text "$1"; }
parse_key() { # name+id+base64 into KNAME KID KTYPE KHEX
  [[ $1 == *+*+* ]] && (( ${#1} <= 512 )) || return 1
  KNAME=${1%%+*}; local rest=${1#*+} id y
  KID=${rest%%+*}
  is_name "$KNAME" && [[ $KID =~ ^[0-9a-f]{8}$ ]] && hex "${rest#*+}" || return 1
  KTYPE=${V:0:2} KHEX=${V:2}
  [[ $V =~ ^0[14]$hash$ ]] || return 1
  id=$({ printf '%s\n' "$KNAME"; printf %s "$V" | xxd -r -p; } | sha256sum)
  printf -v y '%s%02x' "${KHEX:0:62}" $((16#${KHEX:62} & 127))
  [[ ${id:0:8} == "$KID" && " ${small_order[*]} " != *" $y "* ]]
}
ed25519() { # key, signature, file
  printf '302a300506032b6570032100%s' "$1" | xxd -r -p > "$work/key"
  printf %s "$2" | xxd -r -p > "$work/signature"
  openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$work/key" -in "$3" -sigfile "$work/signature" >/dev/null 2>&1
}
read_signatures() { # the signature lines of L from P into S: "id hex name" each; false when one is malformed
  S=()
  (( P < ${#L[@]} && ${#L[@]} - P <= 64 )) || return 1
  local rest
  for ((; P < ${#L[@]}; P++)); do
    [[ ${L[P]} == $'\xe2\x80\x94 '*' '* ]] || return 1
    rest=${L[P]#$'\xe2\x80\x94 '}
    is_name "${rest% *}" && hex "${rest##* }" && (( ${#V} > 8 )) || return 1
    S+=("${V:0:8} ${V:8} ${rest% *}")
  done
}
signed_by() { # name, id, key, file: Valid, Invalid or Absent into V, as all lines of S that name the key say
  local s=Absent one
  for one in "${S[@]}"; do
    [[ ${one%% *} == "$2" && ${one#* * } == "$1" ]] || continue
    one=${one#* }; one=${one%% *}
    (( ${#one} == 128 )) && ed25519 "$3" "$one" "$4" || { V=Invalid; return; }
    s=Valid
  done
  V=$s
}
cosigned_by() { # the same for a witness, which signs a time as well (C2SP tlog-cosignature); the earliest into AT, 0 for none
  local s=Absent one seconds
  AT=0
  for one in "${S[@]}"; do
    [[ ${one%% *} == "$2" && ${one#* * } == "$1" ]] || continue
    one=${one#* }; one=${one%% *}
    # .NET's calendar ends with the year 9999, in second 253402300799.
    (( ${#one} == 144 )) && [[ ! ${one:0:16} > 0000003afff4417f ]] || { V=Invalid; return; }
    seconds=$((16#${one:0:16}))
    { printf 'cosignature/v1\ntime %s\n' "$seconds"; cat -- "$4"; } > "$work/cosigned"
    ed25519 "$3" "${one:16}" "$work/cosigned" || { V=Invalid; return; }
    s=Valid
    (( seconds == 0 || (AT != 0 && AT <= seconds) )) || AT=$seconds
  done
  V=$s
}

# ---- The reader's own files: a trust file (C2SP tlog-policy) and block headers ----

read_own() { # file, what, limit: its lines into L
  local bytes sum=0 line
  bytes=$(stat -L -c %s -- "$1") && (( bytes <= $3 )) || die "$2: is larger than $3 bytes"
  load "$1" || die "$2: is empty, or does not end in a line feed"
  for line in "${L[@]}"; do sum=$((sum + ${#line} + 1)); done
  (( sum == bytes )) || die "$2: holds NUL"
}
read_trust() { # LOGS: keys; WITNESSES: "name key"; GROUPS_: "name threshold member..."; quorum
  local line number=0 words defined=' ' members=' ' hexes=' ' seen= name
  bad() { die "--trust: line $number $1"; }
  define() { [[ $1 != none && $defined != *" $1 "* ]] || bad 'defines a name that is taken'; defined+="$1 "; }
  known() { [[ $defined == *" $1 "* ]] || bad 'names what no line above defines'; }
  read_own "$1" --trust 65536
  for line in "${L[@]}"; do
    number=$((number + 1))
    [[ $line =~ $utf8_line && ${line//$'\t'/} != *[$'\x01'-$'\x1f'$'\x7f']* ]] || bad 'is no UTF-8, or holds a control character'
    IFS=$' \t' read -ra words <<< "$line"
    (( ${#words[@]} > 0 )) || continue
    case ${words[0]} in
      '#'*) ;;
      log)
        (( ${#words[@]} == 2 || ${#words[@]} == 3 )) && parse_key "${words[1]}" && [[ $KTYPE == 01 ]] && is_origin "$KNAME" || bad "is no 'log VKEY [URL]' of a ledger's key"
        [[ $hexes != *" $KHEX "* ]] && (( ${#LOGS[@]} < 64 )) || bad 'repeats a key, or is one ledger too many'
        LOGS+=("${words[1]}") hexes+="$KHEX ";;
      witness)
        (( ${#words[@]} == 3 || ${#words[@]} == 4 )) && parse_key "${words[2]}" && [[ $KTYPE == 04 ]] || bad "is no 'witness NAME VKEY [URL]' of a witness's key"
        [[ $hexes != *" $KHEX "* ]] && (( ${#WITNESSES[@]} < 64 )) || bad 'repeats a key, or is one witness too many'
        define "${words[1]}"
        WITNESSES+=("${words[1]} ${words[2]}") hexes+="$KHEX ";;
      group)
        (( ${#words[@]} >= 4 )) || bad "is no 'group NAME all|any|K MEMBER...'"
        for name in "${words[@]:3}"; do
          known "$name"
          [[ $members != *" $name "* ]] || bad 'names a member of a group already'
          members+="$name "
        done
        define "${words[1]}"
        case ${words[2]} in all) words[2]=$((${#words[@]} - 3));; any) words[2]=1;; esac
        [[ ${words[2]} =~ ^[1-9][0-9]{0,3}$ ]] && (( words[2] <= ${#words[@]} - 3 && ${#GROUPS_[@]} < 64 )) || bad 'has no such threshold, or is one group too many'
        GROUPS_+=("${words[*]:1}");;
      quorum)
        (( ${#words[@]} == 2 )) && [[ -z $seen ]] || bad "is no 'quorum NAME|none', or the second"
        [[ ${words[1]} == none ]] || known "${words[1]}"
        seen=1 quorum=${words[1]};;
      *) bad 'begins with none of log, witness, group, quorum, #';;
    esac
  done
  [[ -n $seen ]] || die "--trust: has no quorum; write 'quorum none' to ask for no witnesses"
  [[ $quorum != none ]] || quorum=
}
reversed() { V=$(printf %s "$1" | fold -w 2 | tac | tr -d '\n'); } # hex, byte by byte
read_headers() { # ROOT and TIME of each block by its height; the work is checked, that a block is Bitcoin's the reader says
  local line number=0 heights=() blocks=() i bits exponent target
  read_own "$1" --headers 20971520
  for line in ${L[@]+"${L[@]}"}; do
    number=$((number + 1))
    line=${line%$'\r'}
    [[ -n $line && $line != '#'* ]] || continue
    is_number "${line%% *}" && [[ ${line#* } =~ ^[0-9A-Fa-f]{160}$ ]] || die "--headers: line $number is not 'height header'"
    heights+=("${line%% *}")
    line=${line#* } blocks+=("${line,,}")
  done
  (( ${#blocks[@]} > 0 )) || die '--headers: holds no header'
  IN=("${blocks[@]}"); sha_all; IN=("${OUT[@]}"); sha_all
  for i in "${!blocks[@]}"; do
    bits=${blocks[i]:144:8} bits=${bits:6:2}${bits:4:2}${bits:2:2}${bits:0:2}
    exponent=$((16#${bits:0:2})) target=$((16#${bits:2} & 0x7fffff))
    (( exponent > 3 )) || target=$((target >> (8 * (3 - exponent))))
    printf -v target '%x' "$target"
    (( exponent <= 3 )) || { printf -v line '%*s' $((2 * (exponent - 3))) ''; target+=${line// /0}; }
    [[ $target != 0* && ${#target} -le 64 ]] && (( !(16#${bits:2} & 0x800000) )) || die "--headers: block ${heights[i]} claims a difficulty that no block can have"
    printf -v target '%64s' "$target"
    reversed "${OUT[i]}"
    [[ ! $V > ${target// /0} ]] || die "--headers: block ${heights[i]} lacks the proof of work that it claims"
    [[ ${BLOCK[${heights[i]}]-$V} == "$V" ]] || die "--headers: two headers for block ${heights[i]}"
    bits=${blocks[i]:136:8}
    BLOCK[${heights[i]}]=$V ROOT[${heights[i]}]=${blocks[i]:72:64} TIME[${heights[i]}]=$((16#${bits:6:2}${bits:4:2}${bits:2:2}${bits:0:2}))
  done
}

# ---- The command ----

key= trust= depositor= tsa_roots= headers= given=() package=$(dirname -- "${BASH_SOURCE[0]}")/..
while (( $# )); do
  case $1 in
    --key|--trust|--depositor|--headers|--package) (( $# > 1 )) || die "$1 needs a value"; printf -v "${1#--}" %s "$2"; shift 2;;
    --tsa-roots) (( $# > 1 )) || die "$1 needs a value"; tsa_roots=$2; shift 2;;
    --) shift; given+=("$@"); break;;
    -*) die "unknown option; usage: verify.sh [--key VKEY | --trust FILE] [--depositor VKEY] [--tsa-roots FILE] [--headers FILE] [--package FOLDER] [FILE...]";;
    *) given+=("$1"); shift;;
  esac
done
(( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404 )) || die "bash ${BASH_VERSION} is too old: 4.4 is needed"
for tool in sha256sum xxd base64 split fold tac tr stat mktemp; do
  command -v "$tool" >/dev/null || die "$tool is not installed"
done
for i in "${!given[@]}"; do
  [[ -f ${given[i]} && -r ${given[i]} ]] || die "not a file that can be read: $(printf %q "${given[i]}")"
  [[ ${given[i]} == /* ]] || given[i]=$PWD/${given[i]}
done
for name in trust tsa_roots headers; do
  [[ -n ${!name} ]] || continue
  [[ -f ${!name} && -r ${!name} ]] || die "--${name/_/-}: not a file that can be read"
  [[ ${!name} == /* ]] || printf -v "$name" %s "$PWD/${!name}"
done
[[ -z $key || -z $trust ]] || die '--key and --trust are both given: a trust file names the ledgers itself'
work=$(mktemp -d) || exit 2
trap 'rm -rf -- "$work"' EXIT
[[ -z $key ]] || { parse_key "$key" && is_origin "$KNAME" && [[ $KTYPE == 01 ]]; } || die '--key: not the public key of a ledger, name+hash+base64'
LOGS=() WITNESSES=() GROUPS_=() quorum= # GROUPS is bash's own
[[ -z $key ]] || LOGS=("$key")
[[ -z $trust ]] || read_trust "$trust"
[[ -z $depositor ]] || parse_key "$depositor" || die '--depositor: not a public key, name+hash+base64'
cd -- "$package" || die 'there is no such folder'

# openssl 3 must be able to tell a good Ed25519 signature from a bad one (RFC 8032, section 7.1, TEST 2).
printf 72 | xxd -r -p > "$work/m"; printf 73 | xxd -r -p > "$work/not-m"
test_key=3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c
test_signature=92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
can_sign=no
ed25519 "$test_key" "$test_signature" "$work/m" && ! ed25519 "$test_key" "$test_signature" "$work/not-m" && can_sign=yes

# ---- The package: every file is listed in MANIFEST.sha256 with its digest, and every listed file is there ----

declare -A SIZE SUM folded folders BLOCK ROOT TIME
[[ -z $headers ]] || read_headers "$headers"
files=()
for f in **; do
  [[ ! -L $f ]] || die 'it holds a link'
  [[ $f =~ ^[A-Za-z0-9._/-]{1,200}$ && /$f/ != */./* && /$f/ != *./* ]] || die 'it holds a file or folder whose name no package has'
  if [[ -d $f ]]; then
    [[ -z ${folders[${f,,}]-} ]] || die "it holds two folders that some systems take for one: $f"
    folders[${f,,}]=1
    continue
  fi
  [[ -f $f ]] || die 'it holds something that is no file'
  [[ -z ${folded[${f,,}]-} ]] || die "it holds two files that some systems take for one: $f"
  folded[${f,,}]=1
  files+=("$f")
  (( ${#files[@]} <= 65534 )) || die 'it holds more than 65,534 files'
done
for f in "${files[@]}"; do
  while [[ $f == */* ]]; do f=${f%/*}; [[ -z ${folded[${f,,}]-} ]] || die "it holds $f as a file and as a folder"; done
done
(( ${#files[@]} > 0 )) || die 'the folder is empty'
for ((i = 0; i < ${#files[@]}; i += 1000)); do
  mapfile -t sizes < <(stat -c %s -- "${files[@]:i:1000}")
  for j in "${!sizes[@]}"; do SIZE[${files[i + j]}]=${sizes[j]}; done
done
read_lines MANIFEST.sha256 $((65534 * 267)) || die 'MANIFEST.sha256 is missing or broken'
last=
for one in "${L[@]}"; do
  f=${one:66}
  [[ $one =~ ^$hash"  "[A-Za-z0-9._/-]+$ && $last < $f ]] || die 'MANIFEST.sha256 has a line that is malformed, doubled or out of order'
  [[ -n ${SIZE[$f]-} && $f != MANIFEST.sha256 ]] || die "listed in MANIFEST.sha256, but missing: $f"
  SUM[$f]=${one:0:64} last=$f
done
for f in "${files[@]}"; do
  [[ -n ${SUM[$f]-} || $f == MANIFEST.sha256 ]] || die "not listed in MANIFEST.sha256, put in later: $f"
done
sha256sum --check --strict --status MANIFEST.sha256 || die 'a file has another SHA-256 than MANIFEST.sha256 lists: damaged or altered'

# ---- The texts, and certificate.json, which must hold exactly them ----

proofs=03_proofs
take() { # name, limit: false when there is no such text
  [[ -n ${SIZE[$proofs/$1]-} ]] || return 1
  read_lines "$proofs/$1" "$2" || die "$1 is longer than $2 bytes, holds NUL, or does not end in a line feed"
}
json() { # L as a JSON string
  local s c h; printf -v s '%s\n' "${L[@]}"
  s=${s//\\/\\\\}; s=${s//\"/\\\"}; s=${s//$'\n'/\\n}
  if [[ $s == *[$'\x01'-$'\x1f']* ]]; then
    for h in 0{1..9} 0{b..f} 1{0..9} 1{a..f}; do printf -v c "\\x$h"; s=${s//"$c"/\\u00$h}; done
  fi
  V="\"$s\""
}
for f in manifest.txt seed.txt certificate.html; do [[ -z ${SIZE[$proofs/$f]-} ]] || die "$f has no place in $proofs"; done
[[ -z ${SIZE[01_certificate/certificate.html]-} ]] || (( SIZE[01_certificate/certificate.html] <= 4194304 )) || die 'certificate.html is larger than 4 MiB'
take statement.txt 4000 || die 'statement.txt is missing'; statement=("${L[@]}"); json
expected=('{' '  "format": "notary.certificate/v1",' "  \"statement\": $V,")
claims=() request=() V=null
take claims.txt 8192 && { claims=("${L[@]}"); json; }; expected+=("  \"claims\": $V,"); V=null
take request.txt 8192 && { request=("${L[@]}"); json; }; expected+=("  \"request\": $V,")
(( ${#request[@]} == 0 || ${#claims[@]} > 0 )) || die 'a request without claims'
take proof.tlog-proof 131072 || die 'proof.tlog-proof is missing'; proof=("${L[@]}"); json; expected+=("  \"proof\": $V,")
take checkpoint.txt 131072 || die 'checkpoint.txt is missing'; checkpoint=("${L[@]}")
for ((i = 0; i < ${#proof[@]}; i++)); do [[ -n ${proof[i]} ]] || break; done
(( i < ${#proof[@]} )) && [[ "${proof[*]:i+1}" == "${checkpoint[*]}" && ${#checkpoint[@]} -eq $((${#proof[@]} - i - 1)) ]] ||
  die 'checkpoint.txt is not what proof.tlog-proof ends in'
take certificate.json 1048576 || die 'certificate.json is missing'
for i in "${!expected[@]}"; do [[ ${L[i]-} == "${expected[i]}" ]] || die 'certificate.json differs from the texts beside it'; done
for one in "${L[@]}"; do [[ $one =~ ^[\ -~]*$ || $one =~ $utf8_line ]] || die 'certificate.json is not UTF-8'; done
end=("${L[@]:6}") OVER=() TOKEN=() OWN=()
string='([^"\\]|\\["\\n]|\\u00(0[0-9b-f]|1[0-9a-f]))*'
if [[ ${end[0]-} == '  "timestamps": ['  ]]; then
  last=$((${#end[@]} - 3))
  (( last >= 1 && last <= 64 )) && [[ ${end[last + 1]} == '  ]' && ${end[last + 2]} == '}' ]] || die 'certificate.json does not end as it should'
  for ((i = 1; i <= last; i++)); do
    one=${end[i]}; (( i == last )) || { [[ $one == *, ]] || die 'certificate.json has a malformed time-stamp'; one=${one%,}; }
    [[ $one =~ ^"    { \"over\": \""(checkpoint|commitment)"\", \"token\": \""([A-Za-z0-9+/]+={0,2})\"(,\ \"proof\":\ \"$string\")?" }"$ ]] &&
      over=${BASH_REMATCH[1]} token=${BASH_REMATCH[2]} own=${BASH_REMATCH[3]} && (( ${#token} <= 87384 )) && hex "$token" && (( ${#V} <= 131072 )) || die 'certificate.json has a malformed time-stamp'
    OVER+=("$over") TOKEN+=("$V") OWN+=("${own#, \"proof\": }")
  done
else
  [[ ${#end[@]} -eq 2 && ${end[0]} == '  "timestamps": []' && ${end[1]} == '}' ]] || die 'certificate.json does not end as it should'
fi
for f in "${files[@]}"; do
  [[ $f =~ ^$proofs/(ots/$hash\.ots|timestamps/(0|[1-9][0-9]{0,3})\.(tsr|tlog-proof|checkpoint\.txt))$ ]] || continue
  (( SIZE[$f] <= 262144 )) || die "$f is larger than 262,144 bytes"
done

# timestamps/ repeats the tokens: <n>.tsr as an authority's reply, and of a token over a checkpoint what it is over.
has_bytes() { [[ -n ${SIZE[$proofs/timestamps/$1]-} && $(xxd -p "$proofs/timestamps/$1" | tr -d '\n') == "$2" ]] || die "timestamps/$1 is missing, or differs from what certificate.json holds"; }
for n in "${!TOKEN[@]}"; do
  i=$((${#TOKEN[n]} / 2 + 5))
  if (( i < 128 )); then printf -v V '%02x' "$i"; elif (( i < 256 )); then printf -v V '81%02x' "$i"; elif (( i < 65536 )); then printf -v V '82%04x' "$i"; else printf -v V '83%06x' "$i"; fi
  has_bytes "$n.tsr" "30${V}3003020100${TOKEN[n]}"
  [[ ${OVER[n]} == checkpoint ]] || continue
  one=("${proof[@]}")
  if [[ -n ${OWN[n]} ]]; then
    take "timestamps/$n.tlog-proof" 131072 && json && [[ $V == "${OWN[n]}" ]] || die "timestamps/$n.tlog-proof is missing, or differs from what certificate.json holds"
    one=("${L[@]}")
  fi
  for ((i = 0; i < ${#one[@]}; i++)); do [[ -n ${one[i]} ]] || break; done
  (( i < ${#one[@]} )) || continue
  take "timestamps/$n.checkpoint.txt" 131072 && [[ "${L[*]}" == "${one[*]:i+1}" && ${#L[@]} -eq $((${#one[@]} - i - 1)) ]] ||
    die "timestamps/$n.checkpoint.txt is missing, or is not what the time-stamp's proof ends in"
done

parse_statement() {
  line notary.statement/v1 && need ledger is_origin && ledger=$V && need deposit is_uuid && deposit=$V && need received is_time && received=$V &&
    need accuracy is_accuracy && need after is_size_and_hash && after=${V%% *} && may beacon is_beacon &&
    need commitment is_hash && commitment=$V && need claims is_hash && claims_hash=$V && ended
}
parse_claims() {
  line notary.claims/v1 && need salt is_hash && need account is_account && account=$V && need depositor is_title && depositor_name=$V &&
    may identity is_identity && may verified is_verification && may key is_key && claims_key=$V && need request is_hash && request_hash=$V && ended
}
parse_request() {
  signed=no S=()
  local i
  for ((i = 0; i < ${#L[@]}; i++)); do [[ -n ${L[i]} ]] || break; done
  if (( i < ${#L[@]} )); then
    P=$((i + 1)) signed=yes
    [[ "${L[*]}" != *[$'\x01'-$'\x1f']* ]] && read_signatures || return 1
    L=("${L[@]:0:i}") P=0
  fi
  printf '%s\n' "${L[@]}" > "$work/request"
  line notary.request/v1 && need ledger is_origin && r_ledger=$V && need deposit is_uuid && r_deposit=$V && need account is_account && r_account=$V &&
    need commitment is_hash && r_commitment=$V && need items is_number && [[ $V != 0 ]] && items=$V && need nonce is_hash && need kind is_kind &&
    may title is_title && may previous is_uuid && [[ $V != "$r_deposit" ]] && need requested is_time && ended
}
parse_proof() { # index, path and the checkpoint's signed text and signatures
  path=()
  line c2sp.org/tlog-proof@v1 || return 1
  ! next_is extra || { hex "${L[P]#extra }" && P=$((P + 1)); } || return 1
  need index is_number || return 1
  index=$V
  while (( P < ${#L[@]} )) && [[ -n ${L[P]} ]]; do
    (( ${#path[@]} < 64 )) && hex "${L[P]}" && (( ${#V} == 64 )) || return 1
    path+=("$V") P=$((P + 1))
  done
  L=("${checkpoint[@]}")
  (( ${#L[@]} > 4 && SIZE[$proofs/checkpoint.txt] <= 65536 )) && is_origin "${L[0]}" && is_number "${L[1]}" && hex "${L[2]}" && (( ${#V} == 64 )) && [[ -z ${L[3]} ]] || return 1
  origin=${L[0]} size=${L[1]} root=$V
  printf '%s\n' "${L[@]:0:3}" > "$work/checkpoint"
  P=4
  read_signatures
}

ledger= deposit= commitment= after= items= claims_key= account= index= size= origin= received= depositor_name=
has_statement=no has_claims=no has_request=no has_proof=no
L=("${statement[@]}") P=0; parse_statement && has_statement=yes
(( ${#claims[@]} == 0 )) || { L=("${claims[@]}") P=0; parse_claims && has_claims=yes; }
(( ${#request[@]} == 0 )) || { L=("${request[@]}") P=0; parse_request && has_request=yes; }
[[ $has_request == yes ]] || items=
request_signatures=("${S[@]-}")
L=("${proof[@]}") P=0; S=(); parse_proof && has_proof=yes
checkpoint_signatures=("${S[@]-}")

# ---- The checks (proto/README.md, "Verification") ----

declare -A RESULT REASON
passes() { RESULT[$1]=PASS REASON[$1]=$2; }
fails() { RESULT[$1]=FAIL REASON[$1]=$2; }
leaves() { RESULT[$1]='NOT CHECKED' REASON[$1]=$2; }

read_openings() { # a malformed one is refused with the package, as the reader of evidence does
  local name steps
  for name in "${files[@]}"; do
    [[ $name =~ ^$proofs/openings/($hash)\.txt$ ]] || continue
    LEAF+=("${BASH_REMATCH[1]}") PATHS+=('') SIZES+=('') SHA+=('') SM3+=('') TEXT_HASH+=('') META+=('') steps=
    read_lines "$name" 8192 && parse_opening "$((${#LEAF[@]} - 1))" || die "malformed: $name"
    STEPS+=("$steps")
  done
}
parse_opening() {
  local n=0 first
  line notary.opening/v1 && need content-nonce is_hash && NONCE+=("$V") || return 1
  if next_is metadata-nonce; then need metadata-nonce is_hash; else need metadata is_hash && first=hidden; fi || return 1
  META[$1]=$V
  while next_is left || next_is right; do
    (( ++n <= 64 )) && if next_is left; then need left is_hash && steps+=" l$V"; else need right is_hash && steps+=" r$V"; fi || return 1
  done
  [[ ${first-} != hidden ]] || { ended; return; }
  line '' || return 1
  first=$P
  V=$(printf '%s\n' "${L[@]:P}" | sha256sum)
  TEXT_HASH[$1]=${V%% *}
  V="${L[*]:P}"
  (( ${#V} + 1 <= 2048 )) && line notary.item/v1 && need path is_path && PATHS[$1]=$V && need size is_number && SIZES[$1]=$V &&
    need modified is_time && need sha256 is_hash && SHA[$1]=$V && may sm3 is_hash && SM3[$1]=$V && ended
}

hash_files() { # sizes and digests of all files to compare; those in the package were hashed with MANIFEST.sha256
  local f
  for f in "${files[@]}"; do
    [[ $f == 02_files/* ]] && F_NAME+=("$f") F_SIZE+=("${SIZE[$f]}") F_SHA+=("${SUM[$f]}")
  done
  for f in ${given[@]+"${given[@]}"}; do
    V=$(sha256sum < "$f") && F_SIZE+=("$(stat -L -c %s -- "$f")") && F_SHA+=("${V%% *}") && F_NAME+=("$f") || die 'a file cannot be read'
  done
}
sm3_of() { V=$(openssl dgst -sm3 -r < "$1" 2>/dev/null); V=${V%% *}; is_hash "$V"; }

check_file() {
  local i j k known trials=0 outcome stranger= undecided= match
  (( ${#F_NAME[@]} > 0 )) || { leaves file 'no file was given to compare'; return; }
  (( ${#LEAF[@]} > 0 )) || { leaves file 'the package opens no document'; return; }
  declare -A known=()
  for j in "${!LEAF[@]}"; do
    if [[ -n ${PATHS[j]} ]]; then known["${SIZES[j]} ${SHA[j]}"]+=" $j"; else hidden+=("$j"); fi
  done
  for i in "${!F_NAME[@]}"; do
    outcome=none match='without its name'
    for j in ${known["${F_SIZE[i]} ${F_SHA[i]}"]-}; do
      # Every digest that the item states: else the SHA-256 of one document and the SM3 of another would pass as one.
      if [[ -z ${SM3[j]} ]]; then outcome=same; elif ! sm3_of "${F_NAME[i]}"; then outcome=undecided; elif [[ $V == "${SM3[j]}" ]]; then outcome=same; fi
      [[ $outcome != same ]] || { shown "${PATHS[j]}"; match="deposited as $V"; break; }
    done
    if [[ $outcome == none && $has_statement == yes ]] && (( ${#hidden[@]} > 0 )); then
      trials=$((trials + ${#hidden[@]}))
      if (( trials > 2000000 )); then outcome=undecided; else opens_hidden "${F_SHA[i]}" && outcome=same; fi
    fi
    printf '  %-9s %q  %s\n' "$outcome" "${F_NAME[i]}" "$([[ $outcome == same ]] && printf %s "$match")"
    case $outcome in none) stranger=yes;; undecided) undecided=yes;; esac
  done
  if [[ $stranger == yes ]]; then fails file 'a file is in no item that the package shows'
  elif [[ $undecided == yes ]]; then leaves file 'a file was not compared in full'
  else passes file "${#F_NAME[@]} compared: size and every digest stated are equal"; fi
}
opens_hidden() { # whether the document of this digest is that of an opening without item text
  local i
  IN=(); for i in "${hidden[@]}"; do IN+=("02$X$1${NONCE[i]}"); done; sha_all
  IN=(); for i in "${!hidden[@]}"; do IN+=("00${OUT[i]}${META[hidden[i]]}"); done; sha_all
  for i in "${!hidden[@]}"; do
    [[ ${OUT[i]} != "${LEAF[hidden[i]]}" ]] || { SHA[hidden[i]]=$1; return 0; }
  done
  return 1
}

check_commitment() {
  local i j level node=() seen=0
  declare -A paths=()
  [[ $has_statement == yes ]] || { leaves commitment 'there is no statement to compare with'; return; }
  (( ${#LEAF[@]} > 0 )) || { leaves commitment 'the package opens no document'; return; }
  # From the document and its item text to the leaf that the opening is named after.
  local read=()
  for i in "${!LEAF[@]}"; do [[ -z ${SHA[i]} ]] || read+=("$i"); done
  IN=(); for i in ${read[@]+"${read[@]}"}; do IN+=("03$X${TEXT_HASH[i]:-$X}${META[i]}"); done; sha_all; local meta=(${OUT[@]+"${OUT[@]}"})
  IN=(); for i in ${read[@]+"${read[@]}"}; do IN+=("02$X${SHA[i]}${NONCE[i]}"); done; sha_all
  IN=(); for j in "${!read[@]}"; do i=${read[j]}; [[ -n ${PATHS[i]} ]] && V=${meta[j]} || V=${META[i]}; IN+=("00${OUT[j]}$V"); done; sha_all
  for j in "${!read[@]}"; do
    [[ ${OUT[j]} == "${LEAF[read[j]]}" ]] || { fails commitment "opening ${LEAF[read[j]]} does not give the leaf that it is named after"; return; }
  done
  # From every leaf to the root, all openings level by level.
  node=("${LEAF[@]}")
  for ((level = 0; level < 64; level++)); do
    local at=(); IN=()
    for i in "${!node[@]}"; do
      V=${STEPS[i]:level * 66:66}
      case $V in ' l'*) IN+=("01${V:2}${node[i]}"); at+=("$i");; ' r'*) IN+=("01${node[i]}${V:2}"); at+=("$i");; esac
    done
    (( ${#IN[@]} > 0 )) || break
    sha_all
    for j in "${!at[@]}"; do node[at[j]]=${OUT[j]}; done
  done
  for i in "${!node[@]}"; do
    [[ ${node[i]} == "$commitment" ]] || { fails commitment "opening ${LEAF[i]} does not lead to the statement's commitment"; return; }
    [[ -z $items ]] || has_position "${STEPS[i]}" || { fails commitment "opening ${LEAF[i]} has a path that no item of $items has"; return; }
    [[ -z ${PATHS[i]} || -z ${paths[${PATHS[i]}]-} ]] || { fails commitment 'two openings show the same path'; return; }
    [[ -z ${PATHS[i]} ]] || paths[${PATHS[i]}]=1
  done
  [[ -z $items ]] || ! less "$items" "${#LEAF[@]}" || { fails commitment "it opens ${#LEAF[@]} items of $items"; return; }
  (( ${#read[@]} > 0 )) || { leaves commitment 'openings without item text, and no given file is one of them'; return; }
  passes commitment "${#read[@]} of ${items:-an unknown number of} items shown; the number is the depositor's claim"
}
has_position() { # whether a leaf of a tree of so many items has these steps (RFC 6962): numbers are unsigned, bash's are not
  local steps=$1 low=$((1 << 63)) split=$((1 << 63)) leaves
  number "$items"; leaves=$N
  while [[ -n $steps ]]; do
    (( leaves != 0 && leaves != 1 )) || return 1
    while (( (split ^ low) >= (leaves ^ low) )); do split=$(((split >> 1) & ~low)); done
    case ${steps: -66:2} in ' l') leaves=$((leaves - split));; *) leaves=$split;; esac
    steps=${steps:0:${#steps} - 66}
  done
  (( leaves == 1 ))
}

check_claims() {
  [[ $has_statement == yes ]] || { leaves claims 'there is no statement to compare with'; return; }
  (( ${#claims[@]} > 0 )) || { leaves claims 'claims and request are withheld: who deposited was not checked'; return; }
  [[ ${SUM[$proofs/claims.txt]} == "$claims_hash" ]] || { fails claims 'the claims are not those whose hash the statement holds'; return; }
  [[ $has_claims == yes ]] || { fails claims 'the claims cannot be read'; return; }
  (( ${#request[@]} > 0 )) || { leaves claims 'the request is withheld'; return; }
  [[ $has_request == yes ]] || { fails claims 'the request cannot be read'; return; }
  [[ ${SUM[$proofs/request.txt]} == "$request_hash" ]] || { fails claims 'the request is not the one whose hash the claims hold'; return; }
  [[ $r_account == "$account" && $r_ledger == "$ledger" && $r_deposit == "$deposit" && $r_commitment == "$commitment" ]] ||
    { fails claims 'request, claims and statement disagree'; return; }
  passes claims "request, claims and statement agree; account $account"
}
check_signature() {
  [[ $has_request == yes ]] || { leaves signature 'the request is withheld, or cannot be read'; return; }
  [[ -z $depositor ]] || { parse_key "$depositor"; [[ $KNAME == "$r_account" ]]; } || { fails signature "the request is of account $r_account, the key given is not"; return; }
  if [[ $signed == no ]]; then
    [[ -n $depositor ]] && fails signature 'a key was given, but the request is unsigned' || leaves signature 'named by the operator; no signature of the depositor'
    return
  fi
  [[ -n $depositor || -n $claims_key ]] || { leaves signature 'neither you nor the claims name a key'; return; }
  parse_key "${depositor:-$claims_key}"
  [[ $KNAME == "$r_account" && $KTYPE == 01 ]] || { fails signature "the key is no Ed25519 key of account $r_account"; return; }
  [[ $can_sign == yes ]] || { leaves signature 'openssl 3 is missing'; return; }
  S=("${request_signatures[@]}")
  signed_by "$KNAME" "$KID" "$KHEX" "$work/request"
  [[ $V == Valid ]] && passes signature "account $r_account signed the request, under the key $([[ -n $depositor ]] && echo 'that you gave' || echo 'that the claims name')" ||
    fails signature "the signature of $r_account is $V"
}
check_inclusion() {
  [[ $has_statement == yes ]] || { fails inclusion "the entry is not a deposit's statement"; return; }
  [[ $has_proof == yes ]] || { fails inclusion 'the proof cannot be read'; return; }
  climbs || { fails inclusion "the statement is not entry $index of $size under the checkpoint's root"; return; }
  ! less "$index" "$after" || { fails inclusion "the statement says that it came after $after entries, and is entry $index"; return; }
  passes inclusion "the statement is entry $index of $size under the checkpoint's root"
}
climbs() { # whether path leads from the statement at index to root, in a tree of size
  local fn sn r p low=$((1 << 63)) broken=no
  less "$index" "$size" || broken=yes
  V=$({ printf '\0'; cat "$proofs/statement.txt"; } | sha256sum); r=${V%% *}
  number "$index"; fn=$N; number "$size"; sn=$((N - 1))
  for p in ${path[@]+"${path[@]}"}; do # RFC 9162, section 2.1.3.2
    (( sn != 0 )) || broken=yes
    [[ $broken == no ]] || break
    if (( fn & 1 || fn == sn )); then
      sha "01$p$r"
      while (( !(fn & 1) && fn != 0 )); do fn=$(((fn >> 1) & ~low)) sn=$(((sn >> 1) & ~low)); done
    else
      sha "01$r$p"
    fi
    r=$V fn=$(((fn >> 1) & ~low)) sn=$(((sn >> 1) & ~low))
  done
  [[ $broken == no && $sn == 0 && $r == "$root" ]]
}
check_checkpoint() {
  local one named=no signer=
  [[ $has_proof == yes ]] || { fails checkpoint 'the proof cannot be read'; return; }
  [[ $has_statement == no || $ledger == "$origin" ]] || { fails checkpoint 'the statement is of another ledger than the checkpoint'; return; }
  (( ${#LOGS[@]} == 0 )) || [[ $can_sign == yes ]] || { leaves checkpoint 'openssl 3 is missing'; return; }
  for one in ${LOGS[@]+"${LOGS[@]}"}; do
    parse_key "$one"
    [[ $KNAME != "$origin" ]] || named=yes
    S=("${checkpoint_signatures[@]}")
    signed_by "$KNAME" "$KID" "$KHEX" "$work/checkpoint"
    # A trusted key's bad signature condemns the checkpoint, whoever else signed it (C2SP signed-note).
    [[ $V != Invalid ]] || { fails checkpoint "the signature of ledger $KNAME is Invalid under the key given"; return; }
    [[ $V != Valid || $KNAME != "$origin" ]] || signer=yes
  done
  (( ${#LOGS[@]} > 0 )) || { leaves checkpoint "no --key or --trust was given: whose checkpoint this is was not checked (it says: $origin)"; return; }
  [[ $named == yes ]] || { fails checkpoint "the checkpoint is of ledger $origin, of which no key was given"; return; }
  [[ -n $signer ]] || { fails checkpoint "the signature of ledger $origin is Absent under the key given"; return; }
  [[ $has_statement == yes ]] && passes checkpoint "ledger $origin signed it, under the key given" || leaves checkpoint 'there is no statement to compare with'
}
earliest= earliest_by=
dated() { [[ -n $earliest && ! $1 < $earliest ]] || earliest=$1 earliest_by=$2; } # an independent time of the entry, as the texts write it
of_seconds() { V=$(date -u -d "@$1" +%Y-%m-%dT%H:%M:%S.000Z); }
check_witnesses() {
  local one name group member count have cosigned=' ' cosigners=()
  [[ $has_proof == yes ]] || { leaves witnesses 'the proof cannot be read'; return; }
  (( ${#WITNESSES[@]} == 0 )) || [[ $can_sign == yes ]] || { leaves witnesses 'openssl 3 is missing'; return; }
  for one in ${WITNESSES[@]+"${WITNESSES[@]}"}; do
    name=${one%% *}
    parse_key "${one#* }"
    S=("${checkpoint_signatures[@]}")
    cosigned_by "$KNAME" "$KID" "$KHEX" "$work/checkpoint"
    [[ $V != Invalid ]] || { fails witnesses "a cosignature in the name of $(shown "$KNAME"; printf %s "$V") does not verify"; return; }
    [[ $V == Valid ]] || continue
    shown "$KNAME"
    cosigned+="$name " cosigners+=("$V")
    (( AT == 0 )) || { name=$V; of_seconds "$AT"; dated "$V" "见证方 witness $name"; }
  done
  have="${#cosigners[@]} of ${#WITNESSES[@]} witnesses have cosigned"
  [[ -n $quorum ]] || { leaves witnesses "no quorum of witnesses is asked for; $have"; return; }
  for group in ${GROUPS_[@]+"${GROUPS_[@]}"}; do # a group names only what stands above it
    read -ra one <<< "$group"
    count=0
    for member in "${one[@]:2}"; do [[ $cosigned != *" $member "* ]] || count=$((count + 1)); done
    (( count < one[1] )) || cosigned+="${one[0]} "
  done
  [[ $cosigned == *" $quorum "* ]] && passes witnesses "the quorum of the trust file is met: $have" || fails witnesses "the quorum of the trust file is not met: $have"
}

judge_token() { # n, in a shell of its own: "holds TIME", "unknown", or what is wrong
  local n=$1 over=() text said time seconds imprint=$commitment
  printf %s "${TOKEN[n]}" | xxd -r -p > "$work/token.$n"
  if [[ ${OVER[n]} == commitment ]]; then
    over=(-digest "$commitment")
  else
    over=(-data "$proofs/timestamps/$n.checkpoint.txt")
    imprint=${SUM[$proofs/timestamps/$n.checkpoint.txt]-}
    if [[ -n ${OWN[n]} ]]; then
      local own=$index
      take "timestamps/$n.tlog-proof" 131072; one=("${L[@]}")
      for ((i = 0; i < ${#one[@]}; i++)); do [[ -n ${one[i]} ]] || break; done
      checkpoint=("${one[@]:i+1}")
      L=("${one[@]}") P=0; parse_proof || { echo 'has a proof that cannot be read'; return; }
      [[ $origin == "$ledger" ]] || { echo 'is over a checkpoint of another ledger'; return; }
      [[ $index == "$own" ]] && climbs || { echo 'is over a checkpoint that is not shown to include the entry'; return; }
    fi
  fi
  text=$(openssl ts -reply -token_in -in "$work/token.$n" -token_out -text 2>/dev/null) || { echo 'cannot be read'; return; }
  [[ $text == *$'\n''Hash Algorithm: sha256'$'\n'* ]] || { echo 'is not over a SHA-256'; return; }
  [[ $(sed -n 's/^ *[0-9a-f]* - \([0-9a-f -]\{47\}\).*/\1/p' <<< "$text" | head -n 2 | tr -d ' \n-') == "$imprint" ]] || { echo 'is over other data'; return; }
  # Whoever signed it, the signature holds, and the certificate is for time-stamping alone.
  openssl cms -verify -inform DER -in "$work/token.$n" -noverify -signer "$work/signer" -out /dev/null 2>/dev/null || { echo 'bears a signature that does not verify'; return; }
  [[ $(openssl x509 -in "$work/signer" -noout -ext extendedKeyUsage 2>/dev/null) =~ ^[^$'\n']*critical$'\n'\ *Time\ Stamping$ ]] || { echo 'is signed under a certificate that is not for time-stamping alone'; return; }
  said=$(openssl x509 -in "$work/signer" -noout -ext keyUsage 2>/dev/null)
  [[ $said != *'X509v3 Key Usage:'* || $said =~ $'\n'\ *(Digital\ Signature|Non\ Repudiation)(,\ Non\ Repudiation)?$ ]] || { echo "is signed under a certificate whose key is for something else than signatures"; return; }
  said=$(openssl x509 -in "$work/signer" -noout -pubkey 2>/dev/null | openssl pkey -pubin -noout -text 2>/dev/null)
  [[ $said != *Modulus:* || ! $said =~ \(([0-9]+)\ bit ]] || (( BASH_REMATCH[1] >= 2048 )) || { echo 'is signed with an RSA key of fewer than 2048 bits'; return; }
  said=$(openssl cms -cmsout -print -noout -inform DER -in "$work/token.$n" 2>/dev/null)
  [[ ${said##*signerInfos:} =~ digestAlgorithm:\ *$'\n'\ *algorithm:\ sha(256|384|512)\  ]] || { echo 'is signed under a hash function that is not SHA-256, SHA-384 or SHA-512'; return; }
  [[ -n $tsa_roots ]] || { echo unknown; return; }
  time=${text#*$'\n''Time stamp: '}; time=${time%%$'\n'*}
  # Level 2 takes no RSA key under 2048 bits in the chain, and no SHA-1. As of its own time: openssl judges certificates as of now unless it is told. It counts seconds.
  seconds=$(date -u -d "$time" +%s 2>/dev/null) || { echo 'tells no time'; return; }
  [[ $time != *.* ]] || seconds=$((seconds + 1))
  if text=$(openssl ts -verify -token_in -in "$work/token.$n" "${over[@]}" -CAfile "$tsa_roots" -attime "$seconds" -auth_level 2 2>&1); then
    printf 'holds %s\n' "$(date -u -d "$time" +%Y-%m-%dT%H:%M:%S.%3NZ)"
  elif [[ $text =~ unable\ to\ get\ (local\ )?issuer\ certificate|self.signed\ certificate ]]; then
    echo unknown
  else
    echo 'does not verify'
  fi
}
check_time() {
  (( ${#TOKEN[@]} > 0 )) || { leaves time 'there is no time-stamp'; return; }
  [[ $can_sign == yes && $(openssl ts -help 2>&1) == *-attime* ]] || { leaves time 'openssl 3 is missing'; return; }
  [[ $has_statement == yes && $has_proof == yes ]] || { leaves time 'there is no entry that could be dated'; return; }
  local n held=0 result refused=
  for n in "${!TOKEN[@]}"; do
    result=$(judge_token "$n")
    case $result in
      unknown) continue;;
      'holds '*) held=$((held + 1)) result=${result#holds }
        [[ ${OVER[n]} == commitment ]] || dated "$result" '时间戳 a time-stamp';;
      # What another authority says is not less true for it.
      *) refused=${refused:-"time-stamp $n $result"};;
    esac
  done
  if [[ -n $refused ]]; then fails time "$refused"
  elif [[ -z $tsa_roots ]]; then leaves time 'no --tsa-roots were given'
  elif (( held == 0 )); then leaves time 'no time-stamp leads to the roots given'
  else passes time "$held of ${#TOKEN[@]} time-stamps verify, each as of its own time, up to the roots given; revocation was not checked"; fi
}

# ---- OpenTimestamps: one file a document, from its digest through the entry into Bitcoin (the limits are those of `notary`) ----

declare -A DONE=()
refuses_ots() { ots_problem=${ots_problem:-$1}; return 1; }
take_bytes() { # count: hex of the next bytes into V
  (( $1 * 2 <= ${#O} - A )) || refuses_ots 'is cut short' || return 1
  V=${O:A:$1 * 2} A=$((A + $1 * 2))
}
take_number() { # unsigned LEB128 into N, as bash counts; ten groups hold 64 bits
  local shift byte
  N=0
  for ((shift = 0; shift < 70; shift += 7)); do
    take_bytes 1 || return 1
    byte=$((16#$V))
    (( shift < 63 || (byte & 127) <= 1 )) || break
    N=$((N | ((byte & 127) << shift)))
    (( byte & 128 )) || return 0
  done
  refuses_ots 'has a number of more than 64 bits'
}
take_sized() { # least, most: so many bytes, with their length before them, into V
  take_number || return 1
  (( N >= $1 && N <= $2 )) || refuses_ots 'has a piece that is too long or too short' || return 1
  take_bytes "$N"
}
keccak256() { # hex, to hex in V: Keccak with the padding of before SHA-3, which openssl 3.0 does not have
  local s=() m=$1 i r x y w c=() d k rotations=(0 1 62 28 27 36 44 6 55 20 3 10 43 25 39 41 45 15 21 8 18 2 61 56 14) b=()
  local constants=(0000000000000001 0000000000008082 800000000000808a 8000000080008000 000000000000808b 0000000080000001 8000000080008081 8000000000008009
    000000000000008a 0000000000000088 0000000080008009 000000008000000a 000000008000808b 800000000000008b 8000000000008089 8000000000008003
    8000000000008002 8000000000000080 000000000000800a 800000008000000a 8000000080008081 8000000000008080 0000000080000001 8000000080008008)
  for ((i = 0; i < 25; i++)); do s[i]=0; done
  i=$((272 - ${#m} % 272))
  if (( i == 2 )); then m+=81; else printf -v w '%*s' $((i - 4)) ''; m+=01${w// /0}80; fi
  for ((k = 0; k < ${#m}; k += 272)); do
    for ((i = 0; i < 17; i++)); do
      w=${m:k + i * 16:16}
      s[i]=$((s[i] ^ 16#${w:14:2}${w:12:2}${w:10:2}${w:8:2}${w:6:2}${w:4:2}${w:2:2}${w:0:2}))
    done
    for ((r = 0; r < 24; r++)); do
      for ((x = 0; x < 5; x++)); do c[x]=$((s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20])); done
      for ((x = 0; x < 5; x++)); do
        w=${c[(x + 1) % 5]} d=$((c[(x + 4) % 5] ^ ((w << 1) | ((w >> 63) & 1))))
        for ((y = 0; y < 25; y += 5)); do s[x + y]=$((s[x + y] ^ d)); done
      done
      for ((i = 0; i < 25; i++)); do
        x=$((i % 5)) y=$((i / 5)) w=${s[i]} d=${rotations[i]}
        (( d == 0 )) || w=$(((w << d) | ((w >> (64 - d)) & ((1 << d) - 1))))
        b[(2 * x + 3 * y) % 5 * 5 + y]=$w
      done
      for ((y = 0; y < 25; y += 5)); do
        for ((x = 0; x < 5; x++)); do s[y + x]=$((b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]))); done
      done
      s[0]=$((s[0] ^ 16#${constants[r]}))
    done
  done
  m=
  for ((i = 0; i < 4; i++)); do printf -v w '%016x' "${s[i]}"; m+=${w:14:2}${w:12:2}${w:10:2}${w:8:2}${w:6:2}${w:4:2}${w:2:2}${w:0:2}; done
  V=$m
}
hashed() { # operation, message: into V. What documents share, the way from the entry on, is hashed once
  V=${DONE[$1$2]-}
  [[ -z $V ]] || return 0
  case $1 in
    08) sha "$2";;
    67) keccak256 "$2";;
    *) V=$(printf %s "$2" | xxd -r -p | openssl dgst -r "-$([[ $1 == 02 ]] && echo sha1 || echo rmd160)" 2>/dev/null) V=${V%% *}
      [[ $V =~ ^[0-9a-f]{40}$ ]] || die 'a path uses a hash function that this openssl does not have: use notary verify';;
  esac
  DONE[$1$2]=$V
}
walk_ots() { # message, operations left, past the entry: every attestation of the timestamp from A on
  local message=$1 past=$3 tag another=ff
  [[ $message != "$entry" ]] || past=yes reached=yes
  while [[ $another == ff ]]; do
    take_bytes 1 || return 1
    another=$V
    [[ $V != ff ]] || take_bytes 1 || return 1
    tag=$V ots_items=$((ots_items + 1))
    (( ots_items <= 16384 )) || refuses_ots 'has more than 16,384 operations' || return 1
    if [[ $tag == 00 ]]; then walk_attestation "$message" "$past" || return 1; continue; fi
    (( $2 > 0 )) || refuses_ots 'has more than 255 operations in a row' || return 1
    case $tag in
      f0|f1) take_sized 1 4096 || return 1
        if [[ $tag == f0 ]]; then V=$message$V; else V=$V$message; fi;;
      f2) reversed "$message";;
      f3) V=$(printf %s "$message" | xxd -p | tr -d '\n');;
      02|03|08|67) hashed "$tag" "$message";;
      *) refuses_ots 'has an operation that is not known' || return 1;;
    esac
    (( ${#V} <= 2 * 4096 )) || refuses_ots 'has a message of more than 4,096 bytes' || return 1
    walk_ots "$V" $(($2 - 1)) "$past" || return 1
  done
}
walk_attestation() { # message, past the entry: of a calendar, of Bitcoin, of Litecoin, or unknown
  local kind end height
  take_bytes 8 || return 1
  kind=$V
  take_sized 0 8192 || return 1
  end=$A A=$((A - ${#V}))
  case $kind in
    83dfe30d2ef90c8e) take_sized 0 1000 && { V=$(printf %s "$V" | xxd -r -p | tr -d '\0' | tr -c 'A-Za-z0-9._/:-' '\n') && [[ $V != *$'\n'* && ${#V} -eq $N ]] || refuses_ots 'names an address that is none'; } || return 1;;
    0588960d73d71901|06869a0d73d71b45) take_number || return 1;;
    *) A=$end;;
  esac
  (( A == end )) || refuses_ots 'has an attestation that is cut short or goes on' || return 1
  [[ $kind == 0588960d73d71901 && $2 == yes ]] || return 0
  printf -v height '%u' "$N"
  if (( ${#1} != 64 )); then contradicted=$height
  elif [[ -z ${ROOT[$height]-} ]]; then open=$height
  elif [[ ${ROOT[$height]} != "$1" ]]; then contradicted=$height
  elif [[ -z $confirmed ]] || (( TIME[$height] < TIME[$confirmed] )); then confirmed=$height
  fi
}
is_digest_of() { # leaf, digest: whether the document of this digest has this leaf
  local i
  for i in "${!LEAF[@]}"; do
    [[ ${LEAF[i]} == "$1" ]] || continue
    [[ -z ${PATHS[i]} || ${SHA[i]} == "$2" ]] || return 1
    V=${META[i]}
    [[ -z ${PATHS[i]} ]] || sha "03$X${TEXT_HASH[i]}$V"
    local meta=$V
    sha "02$X$2${NONCE[i]}"; sha "00$V$meta"
    [[ $V == "$1" ]]
    return
  done
  return 1
}
check_bitcoin() {
  local f leaf digest first= known=0 all=0 open= confirmed contradicted reached entry ots_problem ots_items
  for f in "${files[@]}"; do [[ $f != "$proofs"/ots/* ]] || all=$((all + 1)); done
  (( all > 0 )) || { leaves bitcoin 'there is no OpenTimestamps path'; return; }
  [[ $has_statement == yes ]] || { leaves bitcoin 'there is no statement that a path could lead through'; return; }
  V=$({ printf '\0'; cat "$proofs/statement.txt"; } | sha256sum); entry=${V%% *}
  for f in "${files[@]}"; do
    [[ $f == "$proofs"/ots/* ]] || continue
    leaf=${f##*/} leaf=${leaf%.ots}
    confirmed= contradicted= reached= ots_problem= ots_items=0 A=66
    O=$(xxd -p -- "$f" | tr -d '\n')
    if [[ $O != 004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e8929401* ]]; then ots_problem='is no OpenTimestamps file of version 1'
    elif [[ ${O:64:2} == 08 ]] && take_bytes 32; then
      digest=$V
      if walk_ots "$digest" 255 no && (( A != ${#O} )); then ots_problem='is followed by more bytes'; fi
    else ots_problem=${ots_problem:-'does not start from a SHA-256'}; fi
    [[ -n $ots_problem ]] || is_digest_of "$leaf" "$digest" || ots_problem='does not start from the digest of the document that it is named after'
    [[ -n $ots_problem || -n $reached ]] || ots_problem="does not lead through this deposit's entry"
    [[ -n $ots_problem || -n $confirmed || -z $contradicted ]] || ots_problem="leads to another Merkle root than block $contradicted has"
    [[ -z $ots_problem ]] || { fails bitcoin "$f $ots_problem"; return; }
    [[ -z $confirmed ]] || { known=$((known + 1)); [[ -n $first ]] && (( TIME[$first] <= TIME[$confirmed] )) || first=$confirmed; }
  done
  if [[ -n $first ]]; then
    # Consensus lets a block's time run two hours ahead.
    of_seconds $((TIME[$first] + 7200)); dated "$V" "比特币区块 Bitcoin block $first"
    passes bitcoin "$known of $all paths lead from a document through this entry into block $first, whose header you gave; a block's time is good to about a day"
  elif [[ -n $open ]]; then leaves bitcoin "$all paths lead towards Bitcoin, one into block $open: --headers FILE with its header checks it"
  else leaves bitcoin "$all paths have not reached Bitcoin yet"; fi
}

LEAF=() NONCE=() META=() STEPS=() PATHS=() SIZES=() SHA=() SM3=() TEXT_HASH=() hidden=() F_NAME=() F_SIZE=() F_SHA=()
read_openings
hash_files
if [[ -n ${SIZE[$proofs/context.txt]-} ]]; then
  for i in "${!PATHS[@]}"; do
    [[ ${PATHS[i]} != notary-context.txt || ( ${SIZE[$proofs/context.txt]} -le 65536 && ${SIZES[i]} == "${SIZE[$proofs/context.txt]}" && ${SHA[i]} == "${SUM[$proofs/context.txt]}" ) ]] ||
      die 'context.txt is not the content of the item notary-context.txt'
  done
fi
V=$(printf 'notary/v1/deposit\0ledger %s\ndeposit %s\n' "$ledger" "$deposit" | sha256sum) X=
X=${V%% *}
check_file
check_commitment
check_claims
check_signature
check_inclusion
check_checkpoint
check_witnesses
check_time
check_bitcoin

# ---- The verdict ----

declare -A chinese=([file]=文件 [commitment]=承诺值 [claims]=声明 [signature]=签名 [inclusion]=包含证明 [checkpoint]=检查点 [witnesses]=见证 [time]=时间戳
  [bitcoin]=比特币 [PASS]=通过 [FAIL]=不通过 ['NOT CHECKED']=未核验
)
names=(file commitment claims signature inclusion checkpoint witnesses time bitcoin)
needed=(inclusion checkpoint)
(( ${#F_NAME[@]} == 0 )) || needed+=(file commitment)
verdict=PASS missing=
for one in "${needed[@]}"; do [[ ${RESULT[$one]} == PASS ]] || { verdict=INDETERMINATE missing+=" $one"; }; done
for one in "${names[@]}"; do [[ ${RESULT[$one]} != FAIL ]] || { [[ $verdict == FAIL ]] || missing=; verdict=FAIL missing+=" $one"; }; done
for one in "${names[@]}"; do
  printf '%s %s  %s %s: %s\n' "${chinese[${RESULT[$one]}]}" "${RESULT[$one]}" "${chinese[$one]}" "$one" "${REASON[$one]}"
done
echo
(( ${#F_NAME[@]} > 0 )) || echo '未提供文件，以下结论仅针对证书本身。 No file was given, so this is about the certificate alone.'
case $verdict in
  PASS) printf '通过 PASS: 账本 ledger %s, 条目 entry %s, 存证 deposit %s\n' "$ledger" "$index" "$deposit";;
  FAIL) printf '不通过 FAIL:%s\n' "$missing";;
  *) printf '无法判断 INDETERMINATE, 缺 missing:%s\n' "$missing";;
esac
if [[ -n $earliest && ${RESULT[inclusion]} == PASS && ${RESULT[checkpoint]} == PASS ]]; then
  printf '该条目最晚于 %s 已存在。 The entry existed no later than %s. 依据 According to: %s\n' "$earliest" "$earliest" "$earliest_by"
elif [[ $has_statement == yes ]]; then
  printf '运营方所称接收时间 received, as the operator claims: %s. 本脚本未核验任何独立时间。 No independent time was checked here.\n' "$received"
fi
case $verdict in PASS) exit 0;; FAIL) exit 1;; *) exit 3;; esac
