import { pageOfKey } from '../../api/commands'
import { columnTitle, fileParts, heading, SPREAD } from '../../formats/words'

export interface QualityWords {
  text: string
  /** The page of the newest of them. */
  href: string
}

/** Of the check of the quality of files: how many differ, and which one is the newest, how. Its name may have brackets. */
const DIFFERS =
  /^(\d+ of the newest \d+) profiled files differs? from earlier files\. The newest is (.+?) \(([a-z][a-z0-9_]*: .*)\)\.?$/
/** The command that a message ends with; a page has a link instead. */
const COMMAND = /; `headgate .*$/

/** What the check of quality found, with the dataset and the column as people call them, and the way to the file. */
export function qualityWords(message: string): QualityWords {
  const [, many, key = '', how = ''] = DIFFERS.exec(message.replace(COMMAND, '')) ?? []
  if (!many) return { text: message, href: '#/lake' }
  const dataset = heading(key.split('/')[0] ?? '')
  const inWords = how
    .replaceAll(/(^|, )([a-z][a-z0-9_]*): /g, (_, before: string, column: string) =>
      column === 'file' ? before : `${before}${columnTitle(column)}: `,
    )
    .replaceAll(/(\d)%/g, '$1 %')
    .replace(SPREAD, 'its values are spread very differently from before')
  const text = `${dataset}, file ${fileParts(key)[1]}: ${inWords}. ${many} files ${many.startsWith('1 ') ? 'differs' : 'differ'} from the files before.`
  return { text, href: pageOfKey(key) }
}
