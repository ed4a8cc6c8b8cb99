import { Anchor, Button, Group, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { bytes, type Cell, count, explained, figure, whole } from '../../api/format'
import type { useFiles } from './queries'
import { FileName } from '../../components/file-name'
import { Grid } from '../../components/grid'
import { Moment } from '../../components/moment'
import { StateBadge } from '../../components/states'
import { Story } from '../../components/story'
import { PHONE } from '../../components/widths'
import { cellWords, type ColumnFormat } from '../../formats/columns'
import { moment } from '../../formats/moments'
import { heading } from '../../formats/words'
import { Advice } from '../../components/advice'
import { isReplaced, listedState } from './acceptance-words'
import { inOrder } from './file-order'
import { originalId } from './original-id'
import { outcomeParts, outcomeWords, sameKeyOf, sameKeyWords } from './waiting-words'

type File = Schemas['FileSummary']

/** Whether the gate checked the rows of a file; else they are neither accepted nor refused. */
const isChecked = (file: File): boolean => rowsOf(file).received > 0 || file.rows === 0

const COLUMNS: { name: string; type: string; of: (file: File) => Cell }[] = [
  { name: 'file', type: 'varchar', of: (file) => file.key },
  { name: 'state', type: 'varchar', of: (file) => file.state },
  { name: 'arrived', type: 'varchar', of: (file) => file.received_at },
  // In this order a person sees that received = accepted + duplicates + refused.
  { name: 'received', type: 'bigint', of: (file) => rowsOf(file).received || file.rows },
  { name: 'accepted', type: 'bigint', of: (file) => (isChecked(file) ? rowsOf(file).accepted : null) },
  { name: 'duplicates', type: 'bigint', of: (file) => (isChecked(file) ? rowsOf(file).duplicates : null) },
  { name: 'refused', type: 'bigint', of: (file) => (isChecked(file) ? rowsOf(file).quarantined : null) },
  { name: 'share', type: 'double', of: (file) => acceptedShare(rowsOf(file)) },
]

/** The rows of a file by outcome; of an undone file those that it had before. */
const rowsOf = (file: File): Pick<File, 'received' | 'accepted' | 'quarantined' | 'duplicates'> =>
  file.before_undo ?? file

const acceptedShare = ({ received, accepted }: Pick<File, 'received' | 'accepted'>): number | null =>
  received > 0 ? accepted / received : null

interface Pages {
  isComplete: boolean
  isReading: boolean
  onNearEnd: () => void
}

interface Props extends Pages {
  files: File[]
  height?: number
}

/** What a list of files needs to know of the pages that it is read in. */
export const pagesOf = (files: ReturnType<typeof useFiles>): Pages => ({
  isComplete: !files.hasNextPage,
  isReading: files.isFetchingNextPage,
  onNearEnd: () => {
    if (!files.isFetchingNextPage) void files.fetchNextPage()
  },
})

/** Files of any number: the columns that decide come first, and a row opens the file's story. */
export function FileList({ files: listed, isComplete, isReading, onNearEnd, height = 520 }: Props) {
  const [search, setSearch] = useSearchParams()
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false })
  // Of a part of the files nobody knows which is the largest.
  const sort = isComplete ? (search.get('sort') ?? '') : ''
  const files = useMemo(() => sortedBy(listed, sort), [listed, sort])
  const formats = useMemo(() => formatsOf(files, isPhone), [files, isPhone])
  const rows = useMemo(() => files.map((file) => COLUMNS.map((column) => column.of(file))), [files])
  const opened = files.find((file) => file.file_id === search.get('file'))
  const open = (fileId: string) =>
    setSearch(
      (before) => {
        if (fileId) before.set('file', fileId)
        else before.delete('file')
        return before
      },
      { replace: !fileId },
    )
  const sortBy = (next: string) =>
    setSearch(
      (before) => {
        if (next) before.set('sort', next)
        else before.delete('sort')
        return before
      },
      { replace: true },
    )
  return (
    <>
      <Grid
        columns={COLUMNS}
        rows={{ length: rows.length, at: (index) => rows[index] }}
        formats={formats}
        label="Files"
        height={height}
        hasTallRows
        isComplete={isComplete}
        onNearEnd={onNearEnd}
        {...(isComplete ? { sort, onSort: sortBy } : {})}
        onOpen={(index) => open(files[index]?.file_id ?? '')}
      />
      <Group gap="xs" mt="xs">
        <Text size="sm" className="muted" data-testid="files-shown">
          {isComplete
            ? count(files.length, 'file')
            : `The newest ${count(files.length, 'file')}; scroll to read more`}
        </Text>
        {isComplete ? null : (
          <Button size="compact-sm" variant="default" loading={isReading} onClick={onNearEnd}>
            Read more
          </Button>
        )}
      </Group>
      {opened ? <FileStory file={opened} of={originalOf(opened, files)} onClose={() => open('')} /> : null}
    </>
  )
}

/** A file is ordered by the days that it is of, as its title has them; without them by its title. */
const nameToOrder = (file: File): string =>
  `${file.dataset} ${file.period ? file.period.split('/').toReversed().join('/') : fileTitle(file)}`

function sortedBy(files: File[], sort: string): File[] {
  const column = COLUMNS.find(({ name }) => name === sort.replace(/^-/, ''))
  return column ? inOrder(files, sort, column.name === 'file' ? nameToOrder : column.of) : files
}

const FILE_PX = 320
const STATE_PX = 224
/** The width of a number with a note below it. */
const NOTED_PX = 140
/** The width of refused rows with what became of them. */
const OUTCOME_PX = 210

const pageOf = (file: File): string => `#/files/${encodeURIComponent(file.file_id)}`

function formatsOf(files: File[], isPhone: boolean): ColumnFormat[] {
  const name = (index: number) => {
    const file = files[index]
    return file ? (
      <Anchor size="sm" className="file-name" title={file.key} aria-label={file.key} href={pageOf(file)}>
        <FileTitle file={file} of={originalOf(file, files)} isPhone={isPhone} />
      </Anchor>
    ) : null
  }
  const state = (index: number) => {
    const file = files[index]
    return file ? (
      <>
        <StateBadge {...listedState(file, isPhone)} />
        {isPhone ? <CountLine file={file} /> : null}
      </>
    ) : null
  }
  const counted = (value: Cell) => whole(Number(value))
  const twice = (index: number) => {
    const file = files[index]
    const sameKey = file && !file.before_undo && isChecked(file) ? sameKeyOf(file) : 0
    return file && sameKey > 0 ? (
      <>
        {whole(file.duplicates - sameKey)}{' '}
        <div className="file-counts muted" title={sameKeyWords(sameKey)}>
          (+ {whole(sameKey)} same key)
        </div>
      </>
    ) : null
  }
  const refused = (index: number) => {
    const file = files[index]
    const since = file && outcomeParts(file).join(', ')
    return since ? (
      <>
        {whole(file.quarantined)} <div className="file-counts muted">({since})</div>
      </>
    ) : null
  }
  return [
    {
      heading: 'File',
      title: 'The key in the bucket raw',
      text: String,
      cell: name,
      priority: 1,
      width: isPhone ? 165 : FILE_PX,
    },
    {
      heading: 'State',
      title: 'What the gate decided',
      text: String,
      cell: state,
      priority: 1,
      width: isPhone ? 146 : STATE_PX,
    },
    { heading: 'Arrived', title: 'In your time zone', text: (at) => moment(String(at)), priority: 3 },
    { heading: 'Received', title: 'All rows of the file', text: counted, priority: 2 },
    { heading: '= Accepted', title: 'Rows that are in the lake', text: counted, priority: 2 },
    {
      heading: '+ Duplicates',
      title: 'Rows that another row of the file repeats, or whose key another row has',
      text: counted,
      cell: twice,
      priority: 2,
      ...(files.some((_, index) => twice(index)) ? { width: NOTED_PX } : {}),
    },
    {
      heading: '+ Refused',
      title: 'Rows that were refused; they wait until they are corrected',
      text: counted,
      cell: refused,
      priority: 2,
      ...(files.some((_, index) => refused(index)) ? { width: OUTCOME_PX } : {}),
    },
    {
      heading: 'Accepted share',
      title: 'Accepted rows of all rows that the file has',
      text: (share) => figure(share, 'share'),
      priority: 3,
    },
  ]
}

/** A file by what is in it, with its key below: the keys of a load differ in two digits. */
function FileTitle({
  file,
  of,
  isPhone,
}: {
  file: File
  of: File | undefined
  isPhone: boolean | undefined
}) {
  // A narrow list has no room for both names: the file that is corrected and the moment tell the rows apart.
  if (of && isPhone)
    return (
      <>
        <span className="file-title">{fileTitle(of)}</span>
        <span className="file-parts">corrected {moment(file.received_at)}</span>
      </>
    )
  if (of)
    return (
      <>
        <span className="file-title">{fileTitle(file)}</span>
        <span className="file-parts">of {fileTitle(of)}</span>
      </>
    )
  const last = file.key.split('/').pop() ?? file.key
  const hasOwnName = fileTitle(file).startsWith(last)
  return (
    <>
      <span className="file-title">{isPhone && hasOwnName ? last : fileTitle(file)}</span>
      {hasOwnName && ofOtherFolder(file) ? (
        <span className="file-parts">{`${heading(file.dataset)}${isPhone ? '' : `, in ${file.key.slice(0, -last.length)}`}`}</span>
      ) : isPhone && hasOwnName ? null : (
        <FileName fileKey={isPhone ? last : file.key} />
      )}
    </>
  )
}

/** Whether a file came into another folder than that of its dataset, so that its key does not say which one it is. */
const ofOtherFolder = ({ key, dataset }: File): boolean => dataset !== '' && key.split('/')[0] !== dataset

/** The file whose rows a file corrects, among those that were read; undefined for any other file. */
export function originalOf(file: Pick<File, 'key'>, files: File[]): File | undefined {
  const id = originalId(file.key)
  return id === undefined ? undefined : files.find((each) => each.file_id === id)
}

/** Names that a program gave, which say nothing of what is in the file. */
const MADE_NAME = /^(part|run|batch|chunk|export|data)?[-_]?\d*(\.[a-z0-9]+)*$/i

/** The days that a file is of, where its own name says nothing; empty for other files. */
export function fileDays({ key, dataset, period = '' }: Titled): string {
  const isNameless = MADE_NAME.test(key.split('/').pop() ?? key) && !originalId(key)
  return dataset && period && isNameless ? cellWords('period', period) : ''
}

type Titled = Pick<File, 'key' | 'dataset'> & { period?: string }

/**
 * A file in words: its own name where a person gave it one, else its dataset and the days that it is of.
 *
 * @example fileTitle({ key: 'orders/part-00001.parquet', dataset: 'orders', period: '2010-12-09/2010-12-09' }) // 'Orders, 9 Dec 2010'
 */
export function fileTitle(file: Titled): string {
  const { key, dataset } = file
  const last = key.split('/').pop() ?? key
  if (originalId(key)) return `Corrected rows of ${heading(dataset || (key.split('/')[0] ?? ''))}`
  if (!dataset || !MADE_NAME.test(last)) return last
  return [heading(dataset), fileDays(file)].filter(Boolean).join(', ')
}

/** The rows that wait, else those in the lake, in a line below the state; nothing of a file without rows. */
function CountLine({ file }: { file: File }) {
  const line = countLine(file)
  return line ? <div className="file-counts">{line}</div> : null
}

/** The rows of a file that wait: those of a replaced file and refused corrections wait in another one. */
export function countLine(
  file: Pick<File, 'key' | 'state' | 'closed_by' | 'quarantined' | 'corrected' | 'ignored' | 'accepted'>,
): string {
  const refused = file.quarantined - file.corrected - file.ignored
  const isElsewhere = isReplaced(file) || Boolean(originalId(file.key))
  if (refused > 0 && !isElsewhere) return `${whole(refused)} ${refused === 1 ? 'waits' : 'wait'}`
  return file.accepted > 0 ? `${whole(file.accepted)} accepted` : ''
}

/** The rows that were not taken because another row of the file was. */
function twiceWords(file: File): string {
  const sameKey = file.before_undo ? 0 : sameKeyOf(file)
  const equal = `${whole(rowsOf(file).duplicates - sameKey)} duplicates`
  return sameKey > 0 ? `${equal} + ${whole(sameKey)} with the key of another row` : equal
}

function FileStory({ file, of, onClose }: { file: File; of: File | undefined; onClose: () => void }) {
  const rows = rowsOf(file)
  const facts = [
    { name: 'State', text: <StateBadge {...listedState(file)} /> },
    ...(file.error ? [{ name: 'Reason', text: <Advice text={explained(file.error)} /> }] : []),
    {
      name: file.before_undo ? 'Rows before the undo' : 'Rows',
      text:
        rows.received === 0 && file.rows > 0
          ? `${whole(file.rows)} read, none is judged yet`
          : `${whole(rows.received)} received = ${whole(rows.accepted)} accepted + ${twiceWords(file)} + ${outcomeWords({ ...file, quarantined: rows.quarantined })}`,
    },
    ...(of
      ? [
          {
            name: 'Corrects',
            text: (
              <Anchor size="sm" href={pageOf(of)}>
                {fileTitle(of)}
              </Anchor>
            ),
          },
        ]
      : []),
    { name: 'Arrived', text: <Moment at={file.received_at} /> },
    ...(file.finished_at ? [{ name: 'Decided', text: <Moment at={file.finished_at} /> }] : []),
    { name: 'Size', text: bytes(file.size_bytes) },
    ...(file.dataset
      ? [
          {
            name: 'Dataset',
            text: (
              <Anchor size="sm" href={`#/datasets/${encodeURIComponent(file.dataset)}`}>
                {heading(file.dataset)}
              </Anchor>
            ),
          },
        ]
      : []),
  ]
  return (
    <Story title={file.key} facts={facts} onClose={onClose}>
      <Group mt="md">
        <Anchor size="sm" href={pageOf(file)}>
          {file.quarantined > 0 ? 'Open the file and its rows that wait' : 'Open the file'}
        </Anchor>
      </Group>
    </Story>
  )
}
