/** `understudy completion`: scripts for shells. Each asks `understudy complete` what may stand at the cursor. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

const BASH = String.raw`# Completion of understudy for bash: source <(understudy completion bash)
_understudy() {
    local line=${'$'}{COMP_LINE:0:COMP_POINT} word before value rest
    word=${'$'}{line##*[[:space:]]}
    # To bash a word begins anew behind = and :.
    before=${'$'}{word%"$2"}
    COMPREPLY=()
    while IFS=$'\t' read -r value rest; do
        case $value in
            :files | :folders)
                compopt -o filenames 2>/dev/null
                local how=-f
                [[ $value == :folders ]] && how=-d
                while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen "$how" -- "$2")
                return
                ;;
            *) COMPREPLY+=("${'$'}{value#"$before"}") ;;
        esac
    done < <("$1" complete --line "$line" 2>/dev/null)
}
complete -F _understudy understudy
`

const ZSH = String.raw`#compdef understudy
# Completion of understudy for zsh: source <(understudy completion zsh), or as a file _understudy in a folder of fpath.
_understudy() {
    local -a found
    local line value
    for line in "${'$'}{(@f)$("${'$'}{(Q)words[1]}" complete -- "${'$'}{(@Q)words[2,CURRENT-1]}" "${'$'}{(Q)PREFIX}" 2>/dev/null)}"; do
        value=${'$'}{line%%$'\t'*}
        case $value in
            '') ;;
            :files | :folders)
                compset -P '--*='
                if [[ $value == :folders ]]; then _files -/; else _files; fi
                return
                ;;
            *) found+=("${'$'}{value//:/\\:}:${'$'}{line#*$'\t'}") ;;
        esac
    done
    _describe -t understudy understudy found
}
if [[ $funcstack[1] == _understudy ]]; then
    _understudy "$@"
else
    compdef _understudy understudy
fi
`

const FISH = String.raw`# Completion of understudy for fish: understudy completion fish | source
function __understudy_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
    set -l before (string match -r -- '^--[a-z-]+=' "$current")
    set -l path (string replace -r -- '^--[a-z-]+=' '' "$current")
    switch "$found[1]"
        case :files
            string replace -r -- '^' "$before" (__fish_complete_path "$path")
        case :folders
            string replace -r -- '^' "$before" (__fish_complete_directories "$path" '')
        case '*'
            printf '%s\n' $found
    end
end
complete -c understudy -f -a '(__understudy_complete)'
`

/** What each shell reads. */
export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH }

export function completion(shell: Shell): void {
  process.stdout.write(SCRIPTS[shell])
}
