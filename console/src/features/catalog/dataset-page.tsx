import { Anchor, Stack, Table, Text } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'
import { useParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { count, time } from '../../api/format'
import { useContract, useFiles, useQuality } from '../../api/queries'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, Empty, Waiting } from '../../components/states'
import { FileTable } from '../lake/lake-page'
import { ColumnLineagePanel } from './column-lineage'

const Chart = lazy(() => import('../dashboards/chart'))

export function DatasetPage() {
  const { dataset = '' } = useParams()
  const contract = useContract('source', dataset)
  const quality = useQuality(dataset)
  const files = useFiles({ dataset })
  return (
    <Stack gap="md">
      <PageTitle>{dataset}</PageTitle>
      <Panel title="Quality over time">
        <Answered of={quality} what="the quality">
          {(found) => <History points={found.points} />}
        </Answered>
      </Panel>
      <Panel title="Contract">
        <Answered of={contract} what="the contract">
          {(found) => <ContractView contract={found} />}
        </Answered>
      </Panel>
      <ColumnLineagePanel table={dataset} />
      <Panel title="Files">
        <Answered of={files} what="the files">
          {(found) => {
            const all = found.pages.flatMap((page) => page.files)
            return all.length === 0 ? (
              <Empty>
                No file of this dataset has arrived. <Anchor href="#/upload">Upload one</Anchor>
              </Empty>
            ) : (
              <FileTable files={all} />
            )
          }}
        </Answered>
      </Panel>
    </Stack>
  )
}

const SCORE: Schemas['Panel'] = {
  name: 'quality',
  question: 'Quality score of each file',
  kind: 'line',
  table: '',
  sql: '',
  unit: 'score',
  better: 'higher',
  before_label: '',
  x: 'received at',
  y: ['score'],
  bounds: [],
  series: '',
  size: '',
  answer: '',
  units: {},
}

function History({ points }: { points: Schemas['QualityPoint'][] }) {
  const shown = useMemo(
    () => ({
      panel: SCORE,
      columns: ['received at', 'score'],
      rows: points.map((point) => [time(point.received_at), point.score ?? null]),
    }),
    [points],
  )
  if (points.length === 0)
    return <Empty>No file has been profiled yet. A file is profiled when it is accepted.</Empty>
  const drifted = points.filter((point) => point.drift)
  return (
    <Stack gap="xs">
      <Suspense fallback={<Waiting what="the chart" />}>
        <Chart shown={shown} height={180} />
      </Suspense>
      {drifted.map((point) => (
        <Text size="sm" key={point.file_id}>
          {time(point.received_at)} {point.key}: {point.drift}
        </Text>
      ))}
      <Text size="sm" className="muted">
        {count(points.length, 'file')}; newest: {points.at(-1)?.key}
      </Text>
    </Stack>
  )
}

export function ContractView({ contract }: { contract: Schemas['ContractDetail'] }) {
  return (
    <Stack gap="xs">
      <Text size="sm">
        {contract.description ? contract.description.replace(/[.\s]*$/, '. ') : ''}Version {contract.version}.
      </Text>
      <div className="scroll" tabIndex={0}>
        <Table fz="sm" className="many-columns">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>column</Table.Th>
              <Table.Th>type</Table.Th>
              <Table.Th>rules</Table.Th>
              <Table.Th>what it is</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {contract.column_list.map((column) => (
              <Table.Tr key={column.name}>
                <Table.Td fw={column.primary_key ? 700 : 400}>{column.name}</Table.Td>
                <Table.Td>{column.type}</Table.Td>
                <Table.Td>
                  {[
                    column.primary_key ? 'key' : '',
                    column.required ? 'required' : '',
                    column.sensitive,
                    ...column.rules,
                  ]
                    .filter(Boolean)
                    .join('; ')}
                </Table.Td>
                <Table.Td>{column.description}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Stack>
  )
}
