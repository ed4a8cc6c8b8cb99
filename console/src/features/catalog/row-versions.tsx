import { Anchor, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'

import { read, type Schemas } from '../../api/client'
import { type Cell, figureInFull } from '../../api/format'
import { path } from '../../api/queries'
import { Moment } from '../../components/moment'
import { Panel } from '../../components/panel'
import { Failed } from '../../components/states'
import { cellWords, titlesOf, type Units, useLabels, useUnits } from '../../formats/columns'
import { fileParts } from '../../formats/words'

type Version = Schemas['RowVersion']

/** What a file changed in a row, with the value before and after. */
export function changesOf(
  columns: string[],
  version: Pick<Version, 'cells' | 'changed'>,
  before: Pick<Version, 'cells'> | undefined,
): { name: string; from: Cell; to: Cell }[] {
  return (version.changed ?? []).map((name) => {
    const place = columns.indexOf(name)
    return { name, from: before?.cells[place] ?? null, to: version.cells[place] ?? null }
  })
}

/** The versions of a row in the files of its dataset, and what each changed. */
export function RowVersions({ dataset, value }: { dataset: string; value: string }) {
  const answer = useQuery({
    queryKey: ['row-versions', dataset, value],
    queryFn: () =>
      read<Schemas['RowVersions']>(`/v1/datasets/${path(dataset)}/row-versions`, { query: { key: value } }),
  })
  const units = useUnits(dataset)
  const titleOf = titlesOf(useLabels(dataset))
  if (answer.error)
    return <Failed error={answer.error} what="The earlier versions" onRetry={() => void answer.refetch()} />
  if (!answer.data || (answer.data.versions.length < 2 && answer.data.is_complete)) return null
  const { columns, versions, is_complete: isComplete } = answer.data
  return (
    <Panel title="Versions of this row" subtitle={basisWords(isComplete)}>
      <Table fz="sm" className="named">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>received</Table.Th>
            <Table.Th>from</Table.Th>
            <Table.Th>what it changed</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {versions.map((version, at) => (
            <Table.Tr key={`${version.file_id} ${version.source_row}`}>
              <Table.Td>
                <Moment at={version.received_at} />
              </Table.Td>
              <Table.Td>
                <FileOfVersion version={version} />
              </Table.Td>
              <Table.Td>
                {at === versions.length - 1 ? (
                  'The first version that is kept'
                ) : (
                  <Changes
                    changes={changesOf(columns, version, versions[at + 1])}
                    units={units}
                    titleOf={titleOf}
                  />
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  )
}

const basisWords = (isComplete: boolean): string =>
  isComplete
    ? 'The newest file is first. The tables have the version that is last by the order of the contract'
    : 'From the newest 100 files of up to 32 MB. Older and larger files may have further versions'

function FileOfVersion({ version }: { version: Version }) {
  return (
    <>
      {version.corrects ? 'a correction, ' : ''}row {version.source_row} of{' '}
      <Anchor inherit href={`#/files/${path(version.file_id)}`} className="any-text">
        {fileParts(version.file_key)[1]}
      </Anchor>
      {version.by ? ` by ${version.by}` : ''}
    </>
  )
}

interface ChangesProps {
  changes: ReturnType<typeof changesOf>
  units: Units
  titleOf: (name: string) => string
}

function Changes({ changes, units, titleOf }: ChangesProps) {
  const words = (name: string, cell: Cell): string =>
    typeof cell === 'number' ? figureInFull(cell, units[name] ?? '') : cellWords(name, cell)
  if (changes.length === 0) return <Text size="sm">Nothing: the same values came again.</Text>
  return changes.map(({ name, from, to }) => (
    <div key={name} className="any-text">
      {titleOf(name)}: {words(name, from)} → {words(name, to)}
    </div>
  ))
}
