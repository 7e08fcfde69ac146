import { defineFault, type Fault, type SpoiltAnswer } from './fault.ts';
import { usually, yesOrNo } from './members.ts';

/** Makes a fault by which the client gets no proper answer. */
export function spoiltAnswerFault(
  how: SpoiltAnswer['how'],
  about: Pick<Fault, 'name' | 'summary' | 'example'>,
): Fault {
  return defineFault({
    ...about,
    kind: 'api',
    with: {
      carriedOut: usually(
        false,
        yesOrNo(
          'Whether the operation is carried out all the same, so that only its answer is lost. Default: no',
        ),
      ),
    },
    seams: ({ carriedOut }) => ({ answer: { how, carriedOut } }),
  });
}
