import { Anchor, Button, Stack, Text } from '@mantine/core'

import { useCatalog } from '../catalog/queries'
import { useMay } from '../../api/queries'
import { useStartRun } from './queries'
import { Panel } from '../../components/panel'
import { Failed } from '../../components/states'
import { heading } from '../../formats/words'
import { Advice } from '../../components/advice'
import { type Expectation, expectationsOf, rowsOfKeys } from './expectations'
import { failedWords, isOwnFault, reasonsOf, type RunProblem } from './run-problems'
import { useStageNames } from './run-stages'
import { isSystemStage } from './stage-names'
import { StartRun } from './start-run'

/** What the run left out: a run that could not merge a dataset publishes the others. */
export function Problems({ problems }: { problems: RunProblem[] }) {
  return (
    <Panel title="Problems">
      <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
        {problems.map((problem) => (
          <li key={`${problem.kind} ${problem.name}`}>
            <Problem problem={problem} />
          </li>
        ))}
      </Stack>
    </Panel>
  )
}

const FOR_ROWS =
  'Whoever sends these rows corrects them at their source and sends them again, or whoever keeps the contract changes its rule. Then retry the run.'

const FOR_A_JOB =
  'Retry once: a job may end by chance, such as for lack of memory. If it fails again, send this page with its log to whoever maintains the lake.'

const OWN_FAULT =
  'Nothing in your files is wrong: the system made rows that its own table does not permit. Send this page to whoever maintains the system.'

function Problem({ problem: { kind, name, why, remedy, wasStopped } }: { problem: RunProblem }) {
  const may = useMay('operator')
  const start = useStartRun()
  const nameOf = useStageNames()
  const expectations = expectationsOf(reasonsOf(why))
  const isAboutRows = expectations.some(({ keys }) => keys.length > 0)
  const isSystem = kind === 'stage' && isSystemStage(name)
  const isOfSystem = isSystem && isOwnFault(why)
  const ofStage = isAboutRows ? FOR_ROWS : FOR_A_JOB
  const advice = kind === 'stage' && !wasStopped ? ofStage : withoutCommands(remedy)
  return (
    <Text component="div" size="sm" className="any-text">
      <Text span fw={600} size="sm">
        {kind === 'dataset' ? (
          <NotMerged dataset={name} />
        ) : kind === 'stage' ? (
          `${failedWords([nameOf(name)], wasStopped ? 'aborted' : 'failed')}.`
        ) : (
          `${heading(name)} is implausible.`
        )}
      </Text>
      <br />
      {expectations.map((expectation) => (
        <Reason key={expectation.words} expectation={expectation} isPublished={!isOfSystem} />
      ))}
      <span className="muted">
        What to do: <Advice text={isOfSystem ? OWN_FAULT : advice} />
      </span>{' '}
      {kind === 'dataset' ? <OpenFilesOf dataset={name} /> : null}
      {isSystem && may && !isOfSystem ? (
        <StartRun start={start} size="compact-xs" label={`Build ${nameOf(name)} again`} only={name} />
      ) : null}
      {start.error ? <Failed error={start.error} what="The new run" isAction /> : null}
    </Text>
  )
}

/** Which expectation failed on which column, with the rows that can be looked up, unless no table has them. */
function Reason({
  expectation: { dataset, words, keys },
  isPublished,
}: {
  expectation: Expectation
  isPublished: boolean
}) {
  const table = useCatalog().data?.tables.find((each) => each.name === dataset && !each.system)
  const rows = table && isPublished ? rowsOfKeys(table, keys) : ''
  return (
    <span>
      <Advice text={words} />
      {keys.length > 0 ? ` (${keys.length === 1 ? 'key' : 'keys'} ${keys.join(', ')})` : ''}{' '}
      {rows ? <Anchor href={rows}>Look at the rows</Anchor> : null}
      <br />
    </span>
  )
}

/** A remedy without the clauses that a button of this page does, and without those for who deploys the lake. */
const withoutCommands = (remedy: string): string =>
  remedy
    .split(/(?<=[;.]) +/)
    .filter((clause) => !/`headgate (?:run|logs)\b/.test(clause))
    .join(' ')
    .replace(/;$/, '.')

function NotMerged({ dataset }: { dataset: string }) {
  const tables = useCatalog().data?.tables
  const hasTable = tables?.some((table) => table.name === dataset && !table.system)
  const before = hasTable ? ' and keeps its previous table' : tables ? ' and has no table yet' : ''
  return (
    <>
      <Anchor href={`#/datasets/${encodeURIComponent(dataset)}`}>{heading(dataset)}</Anchor> was not merged
      {before}.
    </>
  )
}

/** The files of a dataset that was not merged, where one is undone or edited. */
function OpenFilesOf({ dataset }: { dataset: string }) {
  return (
    <Button
      component="a"
      size="compact-xs"
      variant="default"
      href={`#/lake?dataset=${encodeURIComponent(dataset)}`}
    >
      Open the files of {heading(dataset)}
    </Button>
  )
}
