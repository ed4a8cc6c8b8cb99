import { Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { count } from '../../api/format'
import { path, useMay } from '../../api/queries'
import { DeleteButton } from '../../components/delete-button'
import { Panel } from '../../components/panel'
import { Failed } from '../../components/states'
import { dayAndTime } from '../../formats/moments'
import { useTitles } from '../../formats/columns'
import { columnTitle } from '../../formats/words'
import { changeWords, valueWords } from '../files/edited-before'
import { formatWords } from '../import/formats'

type Header = Schemas['RememberedDecisionsOfHeader']

const placeOf = (dataset: string): string => `/v1/datasets/${path(dataset)}/remembered-headers`

/** What the next file of this dataset gets without a question, for each header that a person decided about. */
export function RememberedHeaders({ dataset }: { dataset: string }) {
  const may = useMay('uploader')
  const remembered = useQuery({
    queryKey: ['remembered headers', dataset],
    queryFn: () => read<Schemas['RememberedDecisions']>(placeOf(dataset)),
    enabled: may,
  })
  const headers = remembered.data?.headers ?? []
  if (remembered.error) return <Failed error={remembered.error} what="The remembered decisions" />
  if (headers.length === 0) return null
  return (
    <Panel title={`Decisions about ${count(headers.length, 'header')} are remembered`} name="Remembered">
      <Stack gap="xs">
        {headers.map((header) => (
          <RememberedHeader
            key={`${header.source} ${header.header}`}
            dataset={dataset}
            header={header}
            title={titleAmong(header, headers)}
          />
        ))}
      </Stack>
    </Panel>
  )
}

function RememberedHeader({ dataset, header, title }: { dataset: string; header: Header; title: string }) {
  const titleOf = useTitles(dataset)
  const queries = useQueryClient()
  const forget = useMutation({
    mutationFn: () =>
      read(`${placeOf(dataset)}/${path(header.source)}/${path(header.header)}`, { method: 'DELETE' }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['remembered headers', dataset] }),
  })
  return (
    <details>
      <summary>
        <Text size="sm" span>
          {title}
        </Text>
      </summary>
      <Text size="xs" className="muted">
        Decided {dayAndTime(header.decided_at)}
      </Text>
      <ul style={{ margin: 0, paddingLeft: '1.2rem' }}>
        {headerWords(header, titleOf).map((line) => (
          <li key={line}>
            <Text size="sm" span className="any-text">
              {line}
            </Text>
          </li>
        ))}
      </ul>
      <DeleteButton
        label="Forget"
        question="Forget the decisions about this header?"
        consequence="The next file with it is asked about again. Files that are in the lake stay as they are."
        onDelete={() =>
          forget.mutateAsync().then(
            () => true,
            () => false,
          )
        }
        isPending={forget.isPending}
        failure={forget.error ? <Failed error={forget.error} what="The request" isAction /> : null}
      />
    </details>
  )
}

const MAX_NAMED = 4

/** The first columns of a header, by which a person knows it again. */
export function headerTitle({ columns }: Pick<Header, 'columns'>): string {
  const names = Object.keys(columns)
  const more = names.length - MAX_NAMED
  return `${names.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${count(more, 'more column')}` : ''}`
}

/** A header among others: of two with the same first columns each has the columns that only it has, else its time. */
export function titleAmong(header: Header, headers: Header[]): string {
  const title = headerTitle(header)
  const alike = headers.filter((other) => other !== header && headerTitle(other) === title)
  if (alike.length === 0) return title
  const own = Object.keys(header.columns).filter((name) => !alike.some(({ columns }) => name in columns))
  return own.length > 0
    ? `${title}, with ${own.slice(0, MAX_NAMED).join(', ')}`
    : `${title}, decided ${dayAndTime(header.decided_at)}`
}

/** Every decision about a header, a sentence each. */
export function headerWords(
  { columns, formats, changes, set_for_all, currencies }: Header,
  titleOf = columnTitle,
): string[] {
  const set = new Set(Object.keys(set_for_all))
  const entries = Object.entries(columns).filter(([name]) => !set.has(name))
  const taken = entries.flatMap(([name, field]) => (field ? [`${name} → ${titleOf(field)}`] : []))
  const leftOut = entries.flatMap(([name, field]) => (field ? [] : [name]))
  return [
    taken.join(', '),
    leftOut.length > 0 ? `Left out: ${leftOut.join(', ')}` : '',
    ...Object.entries(formats).map(([field, format]) => `${titleOf(field)} read as ${formatWords(format)}`),
    ...changes.map(changeWords),
    ...Object.entries(set_for_all).map(([name, text]) =>
      text
        ? `${titleOf(name)}: ${valueWords(text)} in every row without one`
        : `${titleOf(name)} set for all rows`,
    ),
    ...Object.entries(currencies).map(
      ([field, codes]) => `${titleOf(field)} in ${codes.join(' and ')} is taken without a conversion`,
    ),
  ].filter(Boolean)
}
