import { Anchor, List, Stack, Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Navigate, useParams } from 'react-router'

import type { Schemas } from '../../api/client'
import { count, figure, whole } from '../../api/format'
import { NothingPage } from '../../components/nothing-here'
import { PageTitle, Panel } from '../../components/panel'
import { Answered, Empty, isMissing } from '../../components/states'
import { usePlainNames } from '../../formats/columns'
import { heading } from '../../formats/words'
import { tableAddress } from '../../formats/addresses'
import {
  figureWords,
  inputsOf,
  isFolded,
  judging,
  methodSentences,
  methodWords,
  periodWords,
  periodsOf,
  textWords,
  trainingSentences,
  verdictSentence,
} from './card-words'
import { modelAddress, type ModelEntry, modelMeant, modelTitle, useModelCard, useModels } from './queries'

type Card = Schemas['ModelCardDetail']

/** What a model predicts, by which method, from what, how it was tested, its limits, and who may use it for what. */
export function ModelCardPage() {
  const { name = '' } = useParams()
  const card = useModelCard(name)
  const models = useModels()
  const entry = models.find((each) => each.name === name)
  const meant = isMissing(card.error) ? modelMeant(models, name) : undefined
  if (meant && meant.name !== name)
    return <Navigate to={`/models/${encodeURIComponent(meant.name)}`} replace />
  if (isMissing(card.error))
    return <NothingPage what="model" name={name} action={<AllModels models={models} />} />
  return (
    <Stack gap="md">
      <PageTitle>Model card: {entry ? modelTitle(entry) : heading(name.replaceAll('-', '_'))}</PageTitle>
      <Answered of={card} what="the model card">
        {(answer) => <Sections card={answer} />}
      </Answered>
    </Stack>
  )
}

/** The cards of all models, for an address that has none. */
const AllModels = ({ models }: { models: ModelEntry[] }) =>
  models.length === 0 ? null : (
    <ul aria-label="Model cards">
      {models.map((model) => (
        <li key={model.name}>
          <Anchor inherit href={modelAddress(model.name)}>
            {modelTitle(model)}
          </Anchor>
        </li>
      ))}
    </ul>
  )

function Sections({ card }: { card: Card }) {
  const titled = usePlainNames(card.tables[0] ?? '')
  const plain = (text: string): string => textWords(titled(text), titled)
  return (
    <>
      <Panel title="What it predicts">
        <Text size="sm">{plain(card.predicts)}</Text>
        <Text size="xs" className="muted" mt={4}>
          Its figures are in{' '}
          {card.tables.map((table, at) => (
            <span key={table}>
              {at > 0 ? ', ' : ''}
              <Anchor inherit href={tableAddress(card.system, table)}>
                {heading(table)}
              </Anchor>
            </span>
          ))}
          {' · '}
          <Anchor inherit href={`#/dashboards/${encodeURIComponent(card.system)}`}>
            its dashboard
          </Anchor>
        </Text>
      </Panel>
      <Panel title="By which method">
        <Lines of={methodSentences(card).map(plain)} none="No method is stated." />
      </Panel>
      <Panel title="What it is made from">
        <Lines of={[plain(card.data), ...trainingSentences(card)]} />
        {isFolded(card) ? (
          <details>
            <summary>Its {count(card.columns.length, 'input')}</summary>
            <Text size="sm">{inputsOf(card)}</Text>
          </details>
        ) : null}
      </Panel>
      <Panel title="How it was tested">
        <Text size="sm" mb="xs">
          The rule to beat: {plain(card.naive_rule)}
          {card.period ? ` Tested on ${periodWords(card.period)}.` : ''}
        </Text>
        <Tests card={card} plain={plain} />
      </Panel>
      <Panel title="Limits">
        <Lines of={card.limits.map(plain)} none="No limit is stated." />
      </Panel>
      <Panel title="Who may use it, for what">
        <Lines of={card.uses.map(plain)} none="Its domain does not state a use." />
      </Panel>
    </>
  )
}

function Lines({ of: lines, none = '' }: { of: string[]; none?: string }) {
  if (lines.length === 0) return <Empty>{none}</Empty>
  if (lines.length === 1) return <Text size="sm">{lines[0]}</Text>
  return (
    <List size="sm" spacing={4}>
      {lines.map((line) => (
        <List.Item key={line}>{line}</List.Item>
      ))}
    </List>
  )
}

function Tests({ card, plain }: { card: Card; plain: (text: string) => string }) {
  if (card.figures.length === 0) return <Empty>It was not tested yet. A run tests it at past days.</Empty>
  const contest = Object.entries(card.contest).toSorted(([, one], [, other]) => one - other)
  const { main, others } = judging(card.figures)
  const verdict = verdictSentence(main)
  return (
    <Stack gap="sm">
      {verdict ? (
        <Text size="sm" fw={600}>
          {verdict}
        </Text>
      ) : null}
      <Figures card={card} figures={main} plain={plain} />
      {card.calibrated ? <Text size="sm">{card.calibrated}</Text> : null}
      {others.length > 0 ? (
        <details>
          <summary>
            {count(others.length, 'further figure')}: other recipes, earlier tests and facts of the fit
          </summary>
          <Figures card={card} figures={others} plain={plain} />
        </details>
      ) : null}
      {contest.length > 0 ? (
        <Wide head={['Recipe', `${card.contest_title || 'Mean error'} (lower is better)`]} numbers={1}>
          {contest.map(([recipe, loss]) => (
            <Table.Tr key={recipe}>
              <Table.Td className="any-text">
                {methodWords(recipe, card.names)}
                {isInUse(card, recipe) ? ' (in use)' : ''}
              </Table.Td>
              <Table.Td className="number">{figure(loss, unitOfContest(card))}</Table.Td>
            </Table.Tr>
          ))}
        </Wide>
      ) : null}
      {card.calibration.length > 0 ? (
        <details>
          <summary>
            Expected and observed shares{card.is_kept ? ' of the test that compared the recipes' : ''}, which
            should be alike
          </summary>
          <Wide head={['Expected', 'Observed', 'Cases']} numbers={3}>
            {card.calibration.map((bin) => (
              <Table.Tr key={`${bin.expected} ${bin.observed}`}>
                <Table.Td className="number">{figure(bin.expected, 'share')}</Table.Td>
                <Table.Td className="number">{figure(bin.observed, 'share')}</Table.Td>
                <Table.Td className="number">{whole(bin.rows)}</Table.Td>
              </Table.Tr>
            ))}
          </Wide>
        </details>
      ) : null}
    </Stack>
  )
}

const isInUse = (card: Card, recipe: string): boolean =>
  recipe === card.recipe || Boolean(Object.values(card.methods)[0]?.includes(recipe))

const unitOfContest = (card: Card): string => {
  const compared = card.figures.find(({ title }) => title !== '' && title === card.contest_title)
  return compared ? figureWords(compared).unit : ''
}

interface FiguresProps {
  card: Card
  figures: Card['figures']
  plain: (text: string) => string
}

/** A row for each figure; on a phone its cells stand below each other, so that none is out of sight. */
function Figures({ card, figures, plain }: FiguresProps) {
  return (
    <div className="scroll" tabIndex={0}>
      <Table fz="sm" className="stacked">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Figure</Table.Th>
            <Table.Th>Verdict</Table.Th>
            <Table.Th className="number">Value</Table.Th>
            <Table.Th miw={96}>Compared with</Table.Th>
            <Table.Th className="number">Its value</Table.Th>
            <Table.Th>Tested on</Table.Th>
            <Table.Th className="number">Cases</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {figures.map((each) => (
            <FigureRow
              key={`${each.model} ${each.metric} ${each.baseline_model} ${each.period} ${each.note}`}
              of={each}
              names={card.names}
              note={plain(each.note)}
            />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

interface FigureRowProps {
  of: Card['figures'][number]
  names: Card['names']
  note: string
}

function FigureRow({ of: each, names, note }: FigureRowProps) {
  const { title, meaning, unit } = figureWords(each)
  const [periods, rest] = periodsOf(note)
  return (
    <Table.Tr>
      <Table.Td className="any-text">
        {periods ? `${title}, ${periods}` : title}
        <Text size="xs" className="muted">
          {[methodWords(each.model, names), meaning, methodWords(rest)].filter(Boolean).join(' · ')}
        </Text>
      </Table.Td>
      <Table.Td data-label="Verdict" className="any-text" fw={each.is_main && each.verdict ? 600 : undefined}>
        {each.verdict || (each.is_main ? 'not compared' : '–')}
      </Table.Td>
      <Table.Td data-label="Value" className="number">
        {figure(each.value, unit)}
      </Table.Td>
      <Table.Td data-label="Compared with">
        {each.baseline_model ? methodWords(each.baseline_model, names) : '–'}
      </Table.Td>
      <Table.Td data-label="Its value" className="number">
        {figure(each.baseline, unit)}
      </Table.Td>
      <Table.Td data-label="Tested on" className="any-text">
        {each.value === null && each.rows === 0 ? '–' : periodWords(each.period)}
      </Table.Td>
      <Table.Td data-label="Cases" className="number">
        {whole(each.rows)}
      </Table.Td>
    </Table.Tr>
  )
}

/** A small table whose last `numbers` columns are numbers. */
function Wide({ head, numbers, children }: { head: string[]; numbers: number; children: ReactNode }) {
  return (
    <div className="scroll" tabIndex={0}>
      <Table fz="sm" w="auto">
        <Table.Thead>
          <Table.Tr>
            {head.map((title, at) => (
              <Table.Th
                key={title}
                style={{ whiteSpace: 'normal' }}
                className={at >= head.length - numbers ? 'number' : undefined}
              >
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </div>
  )
}
