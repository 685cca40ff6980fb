import { createChromePrinter } from '#adapters/chrome/printer.ts';
import { createPdfMerger } from '#adapters/pdf/merge.ts';
import type { Log, PdfMerger, Printer } from '#core/ports.ts';
import { type Aws, openAws } from './aws.ts';
import type { AwsConfig } from './config.ts';

export interface AwsWithChrome extends Aws {
  readonly printer: Printer;
  readonly merger: PdfMerger;
}

/** The world on AWS with the browser in it. It starts with the first document and stays for the calls that follow. */
export function openAwsWithChrome(config: AwsConfig, log: Log): AwsWithChrome {
  return {
    ...openAws(config, log),
    printer: createChromePrinter({ fontsFolder: `${config.templatesDir}/fonts` }),
    merger: createPdfMerger(),
  };
}
