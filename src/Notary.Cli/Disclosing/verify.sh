#!/usr/bin/env bash
# 核验存证披露包：不需要 .NET，不需要网络。  Checks a package that discloses documents of a deposit, offline, without .NET.
#
#   bash verify.sh [--key VKEY] [--depositor VKEY] [--tsa-roots FILE] [--package FOLDER] [FILE...]
#
#   --key        账本公钥 the ledger's public key, as its operator publishes it. Take it from elsewhere than this package.
#   --depositor  存证人公钥 the key of the account that you expect to have deposited.
#   --tsa-roots  时间戳根证书 root certificates, in PEM, of the time-stamping authorities that you trust; without it no time-stamp counts.
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
  [[ -n ${SIZE[$1]-} ]] && (( SIZE[$1] <= $2 )) || return 1
  mapfile -t L < "$1"
  P=0
  for line in "${L[@]}"; do sum=$((sum + ${#line} + 1)); done
  (( sum == SIZE[$1] ))
}
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

# ---- The command ----

key= depositor= tsa_roots= given=() package=$(dirname -- "${BASH_SOURCE[0]}")/..
while (( $# )); do
  case $1 in
    --key|--depositor|--package) (( $# > 1 )) || die "$1 needs a value"; printf -v "${1#--}" %s "$2"; shift 2;;
    --tsa-roots) (( $# > 1 )) || die "$1 needs a value"; tsa_roots=$2; shift 2;;
    --) shift; given+=("$@"); break;;
    -*) die "unknown option; usage: verify.sh [--key VKEY] [--depositor VKEY] [--tsa-roots FILE] [--package FOLDER] [FILE...]";;
    *) given+=("$1"); shift;;
  esac
done
(( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404 )) || die "bash ${BASH_VERSION} is too old: 4.4 is needed"
for tool in sha256sum xxd base64 split fold tr stat mktemp; do
  command -v "$tool" >/dev/null || die "$tool is not installed"
done
for i in "${!given[@]}"; do
  [[ -f ${given[i]} && -r ${given[i]} ]] || die "not a file that can be read: $(printf %q "${given[i]}")"
  [[ ${given[i]} == /* ]] || given[i]=$PWD/${given[i]}
done
if [[ -n $tsa_roots ]]; then
  [[ -f $tsa_roots && -r $tsa_roots ]] || die '--tsa-roots: not a file that can be read'
  [[ $tsa_roots == /* ]] || tsa_roots=$PWD/$tsa_roots
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf -- "$work"' EXIT
[[ -z $key ]] || { parse_key "$key" && is_origin "$KNAME" && [[ $KTYPE == 01 ]]; } || die '--key: not the public key of a ledger, name+hash+base64'
[[ -z $depositor ]] || parse_key "$depositor" || die '--depositor: not a public key, name+hash+base64'
cd -- "$package" || die 'there is no such folder'

# openssl 3 must be able to tell a good Ed25519 signature from a bad one (RFC 8032, section 7.1, TEST 2).
printf 72 | xxd -r -p > "$work/m"; printf 73 | xxd -r -p > "$work/not-m"
test_key=3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c
test_signature=92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
can_sign=no
ed25519 "$test_key" "$test_signature" "$work/m" && ! ed25519 "$test_key" "$test_signature" "$work/not-m" && can_sign=yes

# ---- The package: every file is listed in MANIFEST.sha256 with its digest, and every listed file is there ----

declare -A SIZE SUM folded folders
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
L=("${proof[@]}") P=0; parse_proof && has_proof=yes

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
  [[ $has_proof == yes ]] || { fails checkpoint 'the proof cannot be read'; return; }
  [[ $has_statement == no || $ledger == "$origin" ]] || { fails checkpoint 'the statement is of another ledger than the checkpoint'; return; }
  [[ -n $key ]] || { leaves checkpoint "no --key was given: whose checkpoint this is was not checked (it says: $origin)"; return; }
  parse_key "$key"
  [[ $KNAME == "$origin" ]] || { fails checkpoint "the checkpoint is of ledger $origin, the key of $KNAME"; return; }
  [[ $can_sign == yes ]] || { leaves checkpoint 'openssl 3 is missing'; return; }
  L=("${checkpoint[@]}") P=4; read_signatures
  signed_by "$KNAME" "$KID" "$KHEX" "$work/checkpoint"
  [[ $V == Valid ]] || { fails checkpoint "the signature of ledger $origin is $V under the key given"; return; }
  [[ $has_statement == yes ]] && passes checkpoint "ledger $origin signed it, under the key given" || leaves checkpoint 'there is no statement to compare with'
}

judge_token() { # n, in a shell of its own: "holds TIME", "unknown", or what is wrong
  local n=$1 over=() text time seconds imprint=$commitment
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
  [[ -n $tsa_roots ]] || { echo unknown; return; }
  time=${text#*$'\n''Time stamp: '}; time=${time%%$'\n'*}
  # As of its own time: openssl judges certificates as of now unless it is told. It counts seconds.
  seconds=$(date -u -d "$time" +%s 2>/dev/null) || { echo 'tells no time'; return; }
  [[ $time != *.* ]] || seconds=$((seconds + 1))
  if text=$(openssl ts -verify -token_in -in "$work/token.$n" "${over[@]}" -CAfile "$tsa_roots" -attime "$seconds" 2>&1); then
    printf 'holds %s\n' "$(date -u -d "$time" +%Y-%m-%dT%H:%M:%S.%3NZ)"
  elif [[ $text =~ unable\ to\ get\ (local\ )?issuer\ certificate|self.signed\ certificate ]]; then
    echo unknown
  else
    echo 'does not verify'
  fi
}
earliest=
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
        [[ ${OVER[n]} == commitment ]] || { [[ -n $earliest && ! $result < $earliest ]] || earliest=$result; };;
      # What another authority says is not less true for it.
      *) refused=${refused:-"time-stamp $n $result"};;
    esac
  done
  if [[ -n $refused ]]; then fails time "$refused"
  elif [[ -z $tsa_roots ]]; then leaves time 'no --tsa-roots were given'
  elif (( held == 0 )); then leaves time 'no time-stamp leads to the roots given'
  else passes time "$held of ${#TOKEN[@]} time-stamps verify, each as of its own time, up to the roots given; revocation was not checked"; fi
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
leaves witnesses 'this script asks for no witnesses'
check_time
leaves bitcoin 'OpenTimestamps paths are not checked by this script'

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
  printf '该条目最晚于 %s 已存在，依据时间戳。 The entry existed no later than %s, according to a time-stamp.\n' "$earliest" "$earliest"
elif [[ $has_statement == yes ]]; then
  printf '运营方所称接收时间 received, as the operator claims: %s. 本脚本未核验任何独立时间。 No independent time was checked here.\n' "$received"
fi
case $verdict in PASS) exit 0;; FAIL) exit 1;; *) exit 3;; esac
