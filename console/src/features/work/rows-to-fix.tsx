import { Anchor, Button, Text } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { useMay } from '../../api/queries'
import { useQuarantine } from '../lake/queries'
import { Moment } from '../../components/moment'
import { Answered, Empty } from '../../components/states'
import { useTitles, useTypes } from '../../formats/columns'
import { moment } from '../../formats/moments'
import { ruleWords, type TypeOf } from '../../formats/rules'
import { capitalised, columnTitle, fileParts, heading } from '../../formats/words'
import { fileTitle } from '../files/file-list'
import { originalId } from '../files/original-id'
import { useFile, useRejectedRows } from '../files/queries'
import { WhoMayCorrect } from '../files/who-may-correct'
import { needOf } from './need-of'

type File = Schemas['WaitingFile']

/** Of how many files the rows are asked for the columns of their reasons. */
const NEAR = 12

/** Files that wait for a person: files of which no row is in first, then those with most rows. */
const byUse = (files: File[]): File[] =>
  files.toSorted(
    (one, other) => Number(one.state === 'done') - Number(other.state === 'done') || other.rows - one.rows,
  )

/** How much waits, in one line. */
export function totalWords(files: File[], all: number, dataset = ''): string {
  const rows = files.reduce((total, file) => total + file.rows, 0)
  const waiting = `${count(rows, 'row')} ${rows === 1 ? 'waits' : 'wait'} for a correction`
  const others = files.filter((file) => file.state !== 'done').length
  const decisions = others > 0 ? `${count(others, 'file')} ${others === 1 ? 'needs' : 'need'} a decision` : ''
  const waits = [decisions, rows > 0 ? waiting : ''].filter(Boolean).join(', ')
  if (dataset) return `${count(all, 'file')} of ${heading(dataset)}: ${waits}`
  return `${waits}, in ${count(all, 'file')} of ${count(new Set(files.map((file) => file.dataset)).size, 'dataset')}`
}

/** The files that wait for a person, of one dataset or of all. */
export function RowsToFix({ dataset = '' }: { dataset?: string }) {
  const quarantine = useQuarantine(dataset)
  const mayCorrect = useMay('uploader')
  return (
    <Answered of={quarantine} what="the files">
      {({ waiting, files_waiting: all }) =>
        waiting.length === 0 ? (
          <Empty>
            No file{dataset ? ` of ${heading(dataset)}` : ''} waits for a person. There is nothing to do here.{' '}
            {dataset ? <AllDatasets /> : null}
          </Empty>
        ) : (
          <>
            <Text size="sm" fw={600}>
              {totalWords(waiting, all, dataset)} {dataset ? <AllDatasets /> : null}
            </Text>
            <WhoMayCorrect />
            <Text size="sm" className="muted">
              Files with most rows to correct come first.
            </Text>
            <ul className="queue" aria-label="Items">
              {byUse(waiting).map((file, place) => (
                <FileLine
                  key={file.file_id}
                  file={file}
                  isFirst={place === 0 && mayCorrect}
                  isNear={place < NEAR}
                  ofItsName={waiting.filter((other) => isOfItsName(other, file))}
                />
              ))}
            </ul>
            {all > waiting.length ? (
              <Text size="sm" className="muted">
                The newest {whole(waiting.length)} of {count(all, 'file')} that wait. The others follow as
                these are done.
              </Text>
            ) : null}
          </>
        )
      }
    </Answered>
  )
}

const AllDatasets = () => (
  <Anchor inherit href="#/work/files">
    Show all datasets
  </Anchor>
)

/** Whether another file has the name of a file: only their times differ. */
const isOfItsName = (other: File, file: File): boolean =>
  other.file_id !== file.file_id && other.dataset === file.dataset && fileTitle(other) === fileTitle(file)

const MOST_CAUSES = 3

type Cause = { rule: string; column: string; rows: number }

/** Why rows of a file wait: each rule with its column, where it is known, and its number; at most three, then how many more. */
export function reasonWords(
  reasons: File['reasons'],
  groups: Pick<Schemas['RejectionGroup'], 'rule' | 'column' | 'waiting'>[] = [],
  titleOf = columnTitle,
  typeOf: TypeOf = () => '',
): string {
  const waiting = groups.filter((group) => group.waiting > 0)
  const causes: Cause[] =
    waiting.length > 0
      ? waiting.map((group) => ({ ...group, rows: group.waiting }))
      : reasons.map((reason) => ({ ...reason, column: '' }))
  const named = causes.slice(0, MOST_CAUSES).map((cause) => causeWords(cause, titleOf, typeOf))
  const more = causes.length > MOST_CAUSES ? `, and ${count(causes.length - MOST_CAUSES, 'more reason')}` : ''
  return named.length > 0 ? `${named.join('; ')}${more}.` : ''
}

const causeWords = (
  { rule, column, rows }: Cause,
  titleOf: (column: string) => string,
  typeOf: TypeOf,
): string =>
  `${capitalised(ruleWords(rule, column ? titleOf(column) : '', typeOf(column)))} (${count(rows, 'row')})`

/** The reasons of a file with their columns, which its rows in quarantine say. */
function ReasonWithColumn({ file }: { file: File }) {
  const rows = useRejectedRows(file.file_id, '', true)
  const titleOf = useTitles(file.dataset)
  const typeOf = useTypes(file.dataset)
  return reasonWords(file.reasons, rows.data?.pages[0]?.groups ?? [], titleOf, typeOf)
}

/** The name of the file that somebody corrected: that of the corrections is made of ids. */
function OfFile({ fileId }: { fileId: string }) {
  const file = useFile(fileId).data?.body
  return file ? `of ${fileTitle(file)}` : null
}

/** A file with its dataset, the main reason and the way to its rows. */
function FileLine({
  file,
  isFirst,
  isNear,
  ofItsName,
}: {
  file: File
  isFirst: boolean
  isNear: boolean
  /** The other files that wait under its name. */
  ofItsName: File[]
}) {
  const isEarlier = ofItsName.some(({ received_at: at }) => at > file.received_at)
  const page = `#/files/${encodeURIComponent(file.file_id)}`
  const original = originalId(file.key)
  return (
    <li className="queue-item">
      <div className="queue-line">
        <Anchor size="sm" href={page} title={file.key} className="any-text">
          {fileTitle(file)}
          {ofItsName.length > 0 ? `, ${moment(file.received_at)}` : ''}
          <Text size="xs" className="muted any-text">
            {original === undefined ? fileParts(file.key).join('') : <OfFile fileId={original} />}
          </Text>
        </Anchor>
        <Text size="sm" className="any-text" component="div">
          {needOf(file)}
          <Text size="xs" className="muted">
            {isNear && file.rows > 0 ? <ReasonWithColumn file={file} /> : reasonWords(file.reasons)}
            {isEarlier
              ? ' A later file of this name waits, too: rows that it brought need no correction here.'
              : ''}
          </Text>
        </Text>
        <Text size="sm" className="muted">
          <Moment at={file.received_at} />
        </Text>
        <Button component="a" href={page} size="compact-xs" variant={isFirst ? 'filled' : 'default'}>
          {file.state === 'done' ? 'Open the rows' : 'Open the file'}
        </Button>
      </div>
    </li>
  )
}
