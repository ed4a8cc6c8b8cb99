import { type AskedTogether, isAboutFormats } from './draft-questions'

/** The formats that were chosen on this page, by file and by the formats that were possible. */
const chosenBefore = new Map<string, string>()

const keyOf = (file: string, { answers }: AskedTogether): string =>
  [file, ...answers.map(({ value }) => value)].join('\n')

/** Remember how the numbers or days of a file are written, for its other sheets. */
export function rememberAnswer(file: string, asked: AskedTogether, chosen: string): void {
  if (isAboutFormats(asked)) chosenBefore.set(keyOf(file, asked), chosen)
}

/** The answers for the columns of another sheet of the file, by their columns; those that nobody gave are left out. */
export const earlierAnswers = (file: string, asked: AskedTogether[]): Record<string, string> =>
  Object.fromEntries(
    asked.filter(isAboutFormats).flatMap((one) => {
      const chosen = chosenBefore.get(keyOf(file, one))
      return chosen ? [[one.columns.join(), chosen]] : []
    }),
  )
