/** A text of the API as its plain parts and the commands that it names between backquotes, in their order. */
export const partsOf = (text: string): { text: string; isCommand: boolean }[] =>
  text
    .split(/`(headgate [^`]+)`/)
    .map((part, place) => ({ text: part, isCommand: place % 2 === 1 }))
    .filter((part) => part.text)

/** The run whose page says what a command prints; empty for any other command. */
export const runShownBy = (command: string): string => /^headgate runs show (\S+)$/.exec(command)?.[1] ?? ''

/** Whether the button that starts a run does what a command does. */
export const startsARun = (command: string): boolean => command === 'headgate run'

/** The file whose page says what a command prints; empty for any other command. */
export const fileShownBy = (command: string): string =>
  /^headgate files show '?([^']+?)'?$/.exec(command)?.[1] ?? ''
