import { Anchor, Button, Group, NativeSelect, Stack, Text } from '@mantine/core'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { useMay } from '../../api/queries'
import { Panel } from '../../components/panel'
import { Answered, Empty, Failed } from '../../components/states'
import { titlesOf, useDescriptions, useKeys, useLabels, useUnits } from '../../formats/columns'
import { day } from '../../formats/moments'
import { fileParts, heading, type TitleOf } from '../../formats/words'
import { useProfile } from '../files/queries'
import { WhoMayCorrect } from '../files/who-may-correct'
import { waitingRowsOf } from '../lake/lake-words'
import { useQuarantine, useStartRun } from '../lake/queries'
import { StartRun } from '../lake/start-run'
import {
  completeness,
  headline,
  insightsOf,
  measuresOf,
  oddities,
  typicalRow,
} from '../profile/column-insight'
import { ProfileView } from '../profile/profile-view'
import { AskLink } from './ask-link'
import { useCatalog, useContents, useContract, useDatasetProfile } from './queries'
import { RowsOverTime } from './rows-over-time'

/** What a dataset holds: all of its rows as the newest run merged them; of a dataset without a table its newest file. */
export function Contents({
  dataset,
  isDeclared,
  point,
}: {
  dataset: string
  /** Whether a contract describes it, so that a run can merge its files. */
  isDeclared: boolean
  point: Schemas['QualityPoint'] | undefined
}) {
  const [search] = useSearchParams()
  const profile = useDatasetProfile(dataset, isDeclared, search.get('time') ?? '')
  const units = useUnits(dataset)
  const titles = useLabels(dataset)
  const descriptions = useDescriptions(dataset)
  const masks = useMasks(dataset, isDeclared)
  const keys = useKeys(dataset)
  const table = useCatalog().data?.tables.find((one) => one.name === dataset && !one.system)
  if (!isDeclared || profile.data?.snapshot_id === '') return <Newest dataset={dataset} point={point} />
  return (
    <Panel
      title={profile.data ? holds(profile.data) : 'What the dataset holds'}
      subtitle={profile.data ? basis(profile.data) : ''}
      name="What the dataset holds"
      actions={profile.data ? <TimeOfRows of={profile.data} title={titlesOf(titles)} /> : null}
    >
      <Answered of={profile} what="the contents">
        {(answer) => {
          const insights = insightsOf(answer.columns, units, '', titles, descriptions, masks, keys)
          return (
            <Stack gap="sm">
              <div data-testid="answers">
                {answer.rows === 0 ? (
                  <Text size="sm">The dataset has no rows yet: nothing can be said of its values.</Text>
                ) : (
                  <>
                    <Text size="sm">{typicalRow(insights)}</Text>
                    <Text size="sm">{completeness(insights)}</Text>
                    <Text size="sm">{oddities(insights)}</Text>
                  </>
                )}
                {answer.pending_rows > 0 ? <Text size="sm">{pendingWords(answer)}</Text> : null}
                <ToDo dataset={dataset} />
              </div>
              {answer.over_time ? (
                <RowsOverTime
                  laterRows={answer.later_rows}
                  rows={answer.rows}
                  counted={answer.over_time}
                  title={titlesOf(titles)}
                  latestOn={answer.latest_on}
                  latestAt={endOf(answer, 'max')}
                  firstAt={endOf(answer, 'min')}
                  measures={measuresOf(insights).map(({ name, heading: said, unit }) => ({
                    name,
                    heading: said,
                    unit,
                  }))}
                />
              ) : null}
              {answer.rows === 0 ? null : (
                <ProfileView
                  profile={answer}
                  units={units}
                  titles={titles}
                  descriptions={descriptions}
                  masks={masks}
                  keys={keys}
                  isBasisSaid
                  table={table ? `${table.database}.${table.name}` : undefined}
                />
              )}
            </Stack>
          )
        }}
      </Answered>
    </Panel>
  )
}

/** The choice of the time by which rows are new and counted, which the address keeps. */
function TimeOfRows({
  of: { time, times },
  title,
}: {
  of: Pick<Schemas['DatasetProfile'], 'time' | 'times'>
  title: TitleOf
}) {
  const [, setSearch] = useSearchParams()
  if (!times || times.length < 2) return null
  return (
    <NativeSelect
      size="xs"
      aria-label="Time of the rows"
      title="The column by which rows are new and counted"
      value={time}
      data={times.map((value) => ({ value, label: `By ${title(value)}` }))}
      onChange={(event) => {
        const chosen = event.currentTarget.value
        setSearch(
          (before) => {
            before.set('time', chosen)
            return before
          },
          { replace: true },
        )
      }}
    />
  )
}

const NO_MASKS: Readonly<Record<string, string>> = {}

/** How the contract masks the columns of a dataset, by name. */
function useMasks(dataset: string, isDeclared: boolean): Readonly<Record<string, string>> {
  const columns = useContract('source', isDeclared ? dataset : '').data?.column_list
  return useMemo(
    () =>
      columns ? Object.fromEntries(columns.map(({ name, sensitive }) => [name, sensitive ?? ''])) : NO_MASKS,
    [columns],
  )
}

/** The first or the last moment of the column by which rows are counted; empty if the caller may not see it. */
const endOf = ({ columns, over_time }: Schemas['DatasetProfile'], end: 'min' | 'max'): string =>
  String(columns.find(({ name }) => name === over_time?.column)?.facts[end] ?? '')

/** What the next run does with accepted rows that no run has merged, where the checks before their commits counted it. */
export function pendingWords({
  pending_rows: rows,
  pending_replaced_rows: replaced,
  pending_unchanged_rows: unchanged,
}: Pick<
  Schemas['DatasetProfile'],
  'pending_rows' | 'pending_replaced_rows' | 'pending_unchanged_rows'
>): string {
  const begin = `Not merged yet: ${count(rows, 'accepted row')} of newer files`
  if (replaced == null || unchanged == null)
    return `${begin}. The next run adds those with a new key and replaces rows that have the same key.`
  const added = Math.max(0, rows - replaced - unchanged)
  const parts = [
    added > 0 ? `${whole(added)} new` : '',
    replaced > 0 ? `${whole(replaced)} that ${replaced === 1 ? 'replaces a row' : 'replace rows'}` : '',
    unchanged > 0 ? `${whole(unchanged)} that ${unchanged === 1 ? 'changes' : 'change'} nothing` : '',
  ].filter(Boolean)
  return `${begin}, ${parts.join(', ')}. The next run merges them.`
}

/** A day, or today for a later one: rows of days to come say nothing of the age of a dataset. */
const pastDay = (latestOn: string): string => {
  const today = new Date().toISOString().slice(0, 10)
  return latestOn < today ? latestOn : today
}

/** The size of a dataset and its newest day. */
export const holds = ({
  dataset,
  rows,
  columns,
  latest_on: latestOn,
}: Pick<Schemas['DatasetProfile'], 'dataset' | 'rows' | 'columns' | 'latest_on'>): string =>
  rows === 0
    ? `${heading(dataset)}: no rows yet, ${count(columns.length, 'column')}`
    : `${heading(dataset)}: ${count(rows, 'row')}, ${count(columns.length, 'column')}${latestOn ? `, newest of ${day(pastDay(latestOn))}` : ''}`

/** Which rows the figures are of. */
export const basis = ({
  rows,
  sampled_rows: sampled,
}: Pick<Schemas['DatasetProfile'], 'rows' | 'sampled_rows'>): string =>
  sampled < rows
    ? `All rows as the newest run merged them; what is typical, shares of values, outliers and figures with “about” are estimated from ${whole(sampled)} of them`
    : 'Of all files together, as the newest run merged them: the newest version of each row'

/** What a person can do about the dataset: correct the rows that wait, or ask a question. */
function ToDo({ dataset }: { dataset: string }) {
  const lines = useQuarantine().data?.lines ?? []
  const mayCorrect = useMay('uploader')
  const rows = waitingRowsOf(lines.filter((line) => line.dataset === dataset))
  const contents = useContents().data?.tables.find((one) => one.name === dataset && !one.system)
  return (
    <Group gap="sm" mt={4}>
      {rows > 0 ? (
        <>
          <Button
            component="a"
            size="compact-sm"
            variant={mayCorrect ? 'filled' : 'default'}
            href={`#/work/files?dataset=${encodeURIComponent(dataset)}`}
          >
            {mayCorrect ? 'Correct' : 'See'} the {count(rows, 'row')} that {rows === 1 ? 'waits' : 'wait'}
          </Button>
          <WhoMayCorrect />
        </>
      ) : (
        <Text size="sm">No row waits for a correction.</Text>
      )}
      <AskLink name={dataset} contents={contents} />
    </Group>
  )
}

/** What the newest file holds, where no run has merged the files yet. */
function Newest({ dataset, point }: { dataset: string; point: Schemas['QualityPoint'] | undefined }) {
  const profile = useProfile(point?.file_id ?? '', Boolean(point))
  const units = useUnits(dataset)
  const titles = useLabels(dataset)
  const descriptions = useDescriptions(dataset)
  const keys = useKeys(dataset)
  if (!point)
    return (
      <Panel title="What the newest file holds">
        <Empty>
          No file has been profiled yet. A file is profiled when it is accepted.{' '}
          <Anchor href="#/upload">Upload one</Anchor>
        </Empty>
      </Panel>
    )
  return (
    <Panel
      title={
        profile.data
          ? headline(
              point.accepted || profile.data.rows,
              insightsOf(profile.data.columns, units, '', titles, descriptions, {}, keys),
            )
          : count(point.received, 'row')
      }
      subtitle={`The newest file, ${fileParts(point.key)[1]}; after the next run this is about all files together`}
      name="What the newest file holds"
      actions={<RunNow />}
    >
      <Answered of={profile} what="the profile">
        {(answer) => (
          <ProfileView
            profile={answer}
            units={units}
            titles={titles}
            descriptions={descriptions}
            keys={keys}
          />
        )}
      </Answered>
    </Panel>
  )
}

/** The button for the run that the page waits for. */
function RunNow() {
  const may = useMay('operator')
  const start = useStartRun()
  if (!may) return null
  return (
    <>
      <StartRun start={start} size="compact-sm" />
      {start.error ? <Failed error={start.error} what="The run" isAction /> : null}
    </>
  )
}
