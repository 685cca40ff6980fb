import { createChromePictures } from '#adapters/chrome/pictures.ts';
import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { createPdfMerger } from '#adapters/pdf/merge.ts';
import type { Log, PdfMerger, Pictures, Printer } from '#core/ports.ts';
import { type Aws, openAws } from './aws.ts';
import type { AwsConfig } from './config.ts';

export {
  type OnDemandAnswers,
  type OnDemandRequest,
  readRequest,
} from '#adapters/lambda/on-demand.ts';

export interface AwsWithChrome extends Aws {
  readonly printer: Printer;
  readonly merger: PdfMerger;
  readonly pictures: Pictures;
}

/**
 * Opens everything the core needs on AWS, including the browser. The browser starts with the first document
 * and stays for later calls.
 */
export function openAwsWithChrome(config: AwsConfig, log: Log): AwsWithChrome {
  const chrome = { fontsFolder: `${config.templatesDir}/fonts` };
  return {
    ...openAws(config, log),
    printer: createChromePrinter(chrome),
    merger: createPdfMerger(),
    pictures: createChromePictures(chrome),
  };
}
