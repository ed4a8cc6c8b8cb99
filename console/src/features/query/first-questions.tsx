import { SimpleGrid, Stack, Text, UnstyledButton } from '@mantine/core'

import type { Schemas } from '../../api/client'
import { Panel } from '../../components/panel'
import { type Asked, askedBy, type KeptQuestion, questionTitle } from './saved-questions'

/** As many as fill the page without scrolling. */
const MOST = 9

interface Props {
  own: KeptQuestion[]
  questions: Schemas['Question'][]
  onQuestion: (question: Asked) => void
}

/** Questions to begin with, where nothing was asked yet: the person's own first, then the lake's. */
export function FirstQuestions({ own, questions, onQuestion }: Props) {
  const offered = [
    ...own.map((question) => ({ name: question.name, by: 'Mine', asked: askedBy(question) })),
    ...questions.map(({ description, sql }) => ({
      name: questionTitle(description),
      by: '',
      asked: { sql, view: 'table' as const },
    })),
  ].slice(0, MOST)
  if (offered.length === 0) return null
  return (
    <Panel title="Write a statement, or begin with a question">
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="xs">
        {offered.map(({ name, by, asked }) => (
          <UnstyledButton key={`${by}/${name}`} className="first-question" onClick={() => onQuestion(asked)}>
            <Stack gap={0}>
              {by ? (
                <Text size="xs" className="muted">
                  {by}
                </Text>
              ) : null}
              <Text size="sm">{name}</Text>
            </Stack>
          </UnstyledButton>
        ))}
      </SimpleGrid>
    </Panel>
  )
}
