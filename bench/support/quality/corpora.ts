/** Where documents come from. */
export interface Corpus {
  /** Documentation packages of Debian, and where in them the documents are that Writer opens. */
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** So many of each folder, by their names. */
  readonly perFolder: number;
  /** By their file names. */
  readonly wanted: RegExp;
}

const OFFICE = /\.(?:odt|docx)$/;
const OLDER = /\.(?:rtf|sxw|fodt)$/;
const ANY = /(?:\.odt|\.docx?|^[^.]+\.html|\.en\.html)$/;

/** Which documents quality is measured on. */
export const CORPORA = {
  /** Those that faults were looked for in from the start. */
  first: {
    packages: {
      'writer2latex-manual': ['usr/share/doc/writer2latex/manual'],
      'python3-relatorio': ['usr/share/doc/python3-relatorio/examples'],
      'debian-faq': ['usr/share/doc/debian/FAQ'],
      'debian-policy': ['usr/share/doc/debian-policy', 'usr/share/doc/debian-policy/policy.html'],
      'developers-reference': ['usr/share/developers-reference'],
      unoconv: ['usr/share/doc/unoconv'],
      'fonts-sil-charis': ['usr/share/doc/fonts-sil-charis/documentation'],
    },
    perFolder: Number.POSITIVE_INFINITY,
    wanted: ANY,
  },
  /** Pages of manuals, measured before anybody looked into them. */
  second: {
    packages: {
      'debian-handbook': ['usr/share/doc/debian-handbook/html/en-US'],
      'harden-doc': ['usr/share/doc/harden-doc/html/en-US'],
      'installation-guide-amd64': ['usr/share/doc/installation-guide-amd64/en'],
      'postgresql-doc-15': ['usr/share/doc/postgresql-doc-15/html'],
      'git-doc': ['usr/share/doc/git-doc'],
      'python3.11-doc': ['usr/share/doc/python3.11/html/tutorial'],
    },
    perFolder: 7,
    wanted: ANY,
  },
  /**
   * Documents of office programs alone. With the fourth, every package of Debian 12 that has one (.odt, .docx) below
   * usr/share/doc, but for those of the first: fonts, and every second one of the rest.
   */
  third: {
    packages: {
      'abinit-doc': ['usr/share/doc/abinit/html/theory'],
      bibtexconv: ['usr/share/doc/bibtexconv/examples'],
      'davical-doc': ['usr/share/doc/davical'],
      examl: ['usr/share/doc/examl'],
      'fonts-arphic-ukai': ['usr/share/doc/fonts-arphic-ukai'],
      'fonts-arphic-uming': ['usr/share/doc/fonts-arphic-uming'],
      'fonts-manchufont': ['usr/share/doc/fonts-manchufont'],
      'fonts-senamirmir-washra': ['usr/share/doc/fonts-senamirmir-washra'],
      'fonts-sil-abyssinica': ['usr/share/doc/fonts-sil-abyssinica/documentation'],
      'fonts-sil-akatab': ['usr/share/doc/fonts-sil-akatab/documentation'],
      'fonts-sil-andika-compact': ['usr/share/doc/fonts-sil-andika-compact/documentation'],
      'fonts-sil-andikanewbasic': ['usr/share/doc/fonts-sil-andikanewbasic/documentation'],
      'fonts-sil-annapurna': ['usr/share/doc/fonts-sil-annapurna/documentation'],
      'fonts-sil-awami-nastaliq': ['usr/share/doc/fonts-sil-awami-nastaliq/documentation'],
      'fonts-sil-charis-compact': ['usr/share/doc/fonts-sil-charis-compact/documentation'],
      'fonts-sil-doulos-compact': ['usr/share/doc/fonts-sil-doulos-compact/documentation'],
      'fonts-sil-gentiumplus-compact': ['usr/share/doc/fonts-sil-gentiumplus-compact/documentation'],
      'fonts-sil-harmattan': ['usr/share/doc/fonts-sil-harmattan/documentation'],
      'fonts-sil-padauk': ['usr/share/doc/fonts-sil-padauk/documentation'],
      'fonts-sil-scheherazade': ['usr/share/doc/fonts-sil-scheherazade/documentation'],
      'fonts-sil-tagmukay': ['usr/share/doc/fonts-sil-tagmukay/documentation'],
      'fonts-sil-taiheritagepro': [
        'usr/share/doc/fonts-sil-taiheritagepro/documentation',
        'usr/share/doc/fonts-sil-taiheritagepro/documentation/developer',
      ],
      'gutenprint-doc': ['usr/share/doc/gutenprint-doc'],
      jverein: ['usr/share/doc/jverein/examples'],
      'libsonic-dev': ['usr/share/doc/libsonic-dev'],
      lios: ['usr/share/doc/lios'],
      'nagios-nrpe-server': ['usr/share/doc/nagios-nrpe-server'],
      'python3-pattern': ['usr/share/doc/python3-pattern/test/corpora'],
      uncrustify: ['usr/share/doc/uncrustify'],
      'whitedune-docs': ['usr/share/doc/whitedune-docs/docs/german_workshop_documents'],
      'yoshimi-doc': ['usr/share/doc/yoshimi'],
    },
    perFolder: 4,
    wanted: OFFICE,
  },
  /** The others of them, measured before anybody looked into them. */
  fourth: {
    packages: {
      aprx: ['usr/share/doc/aprx'],
      'coco-doc': ['usr/share/doc/coco-doc'],
      discosnp: ['usr/share/doc/discosnp'],
      gtkwave: ['usr/share/doc/gtkwave'],
      hspell: ['usr/share/doc/hspell'],
      'libreoffice-canzeley-client': ['usr/share/doc/libreoffice-canzeley-client'],
      'libzemberek-java-doc': ['usr/share/doc/libzemberek-java-doc'],
      'live-manual-odf': ['usr/share/doc/live-manual/odt'],
      'pique-doc': ['usr/share/doc/pique'],
      tiatracker: ['usr/share/doc/tiatracker'],
      'w1retap-doc': ['usr/share/doc/w1retap'],
      writer2latex: [
        'usr/share/doc/writer2latex/examples/latex',
        'usr/share/doc/writer2latex/examples/xhtml',
      ],
    },
    perFolder: 4,
    wanted: OFFICE,
  },
  /** Those outside of usr/share/doc, but for templates and what programs are tested with: nobody looks into them. */
  fifth: {
    packages: {
      'cups-filters': ['usr/share/cups/data'],
      'fonts-lmodern': ['usr/share/texmf/doc/fonts/lm-math'],
      'fonts-texgyre-math': ['usr/share/texmf/doc/fonts/tex-gyre-math'],
      'forensics-samples-files': [
        'usr/share/forensics-samples/original-files/text1',
        'usr/share/forensics-samples/original-files/text2',
      ],
      'lazarus-src-2.2': [
        'usr/lib/lazarus/2.2.6/components/lazreport/doc',
        'usr/lib/lazarus/2.2.6/components/lazreport/doc/tutorials/stringgrid/en',
        'usr/lib/lazarus/2.2.6/components/lazreport/doc/tutorials/stringgrid/es',
      ],
      'libreoffice-dev-doc': [
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/BasicAndDialogs',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/BasicAndDialogs/CreatingDialogs',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/BasicAndDialogs/ToolkitControls',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/Components/CppComponent',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/Components/dialogcomponent',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/Forms',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/ScriptingFramework/SayHello',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/ScriptingFramework/ScriptSelector',
        'usr/lib/libreoffice/sdk/examples/DevelopersGuide/Text',
        'usr/lib/libreoffice/sdk/examples/basic/forms_and_controls',
        'usr/lib/libreoffice/sdk/examples/basic/text/creating_an_index',
        'usr/lib/libreoffice/sdk/examples/basic/text/modifying_text_automatically',
        'usr/lib/libreoffice/sdk/examples/java/EmbedDocument/EmbeddedObject',
        'usr/lib/libreoffice/sdk/examples/java/Inspector',
        'usr/lib/libreoffice/sdk/examples/java/PropertySet',
      ],
      'libreoffice-dmaths': [
        'usr/lib/libreoffice/share/extensions/dmaths/Fichiers',
        'usr/lib/libreoffice/share/extensions/dmaths/Fichiers/Faq',
        'usr/lib/libreoffice/share/extensions/dmaths/Fichiers/Windows',
        'usr/lib/libreoffice/share/extensions/dmaths/Fichiers/userguides',
      ],
      previsat: ['usr/share/Astropedia/PreviSat/doc'],
      'psychtoolbox-3-common': ['usr/share/psychtoolbox-3/PsychRadiometric/PsychAnsiZ136MPE'],
      'python-odf-doc': ['usr/share/python-odf'],
      'r-cran-officer': ['usr/lib/R/site-library/officer/doc_examples'],
      'toppic-common': [
        'usr/share/toppic/topmsv/doc',
        'usr/share/toppic/topmsv/doc/Functionality_Docs/Spectrum_Graph',
      ],
    },
    perFolder: 4,
    wanted: OFFICE,
  },
  /** Pages of other manuals, measured once, when the rest was done. */
  sixth: {
    packages: {
      'cmake-doc': ['usr/share/doc/cmake-data/html/manual'],
      'doxygen-doc': ['usr/share/doc/doxygen/html'],
      'exim4-doc-html': ['usr/share/doc/exim4-doc-html/spec_html'],
      'ntpsec-doc': ['usr/share/doc/ntpsec-doc/html'],
      'openvswitch-doc': ['usr/share/doc/openvswitch-doc/html/topics'],
      'postfix-doc': ['usr/share/doc/postfix/html'],
      'sqlite3-doc': ['usr/share/doc/sqlite3'],
      valgrind: ['usr/share/doc/valgrind/html'],
      'zsh-doc': ['usr/share/doc/zsh-common/html'],
    },
    perFolder: 5,
    wanted: ANY,
  },
  /** Documents in older formats and those in one file, wherever they are, but for what programs are tested with, and one whose pictures Writer prints as text. */
  seventh: {
    packages: {
      aft: ['usr/share/doc/aft'],
      'chess.app': ['usr/share/GNUstep/Chess.app/English.lproj'],
      'cxref-doc': ['usr/share/doc/cxref/examples'],
      'edenmath.app': ['usr/share/doc/edenmath.app'],
      'fortunate.app': ['usr/share/doc/fortunate.app'],
      'gworkspace-common': [
        'usr/share/GNUstep/GWorkspace.app/English.lproj/Help/BViewer.rtfd',
        'usr/share/GNUstep/GWorkspace.app/English.lproj/Help/Desktop.rtfd',
        'usr/share/GNUstep/GWorkspace.app/English.lproj/Help/Dock.rtfd',
        'usr/share/GNUstep/GWorkspace.app/English.lproj/Help/Fiend.rtfd',
      ],
      'libcifti-doc': ['usr/share/doc/libcifti-dev/examples/data'],
      'libflexdock-java-doc': ['usr/share/doc/libflexdock-java-doc'],
      'libreoffice-common': ['usr/lib/libreoffice'],
      'librtf-writer-perl': ['usr/share/doc/librtf-writer-perl/examples'],
      'libsfml-doc': ['usr/share/doc/libsfml-dev/examples/cocoa/resources'],
      'linuxdoc-tools': ['usr/share/doc/linuxdoc-tools/rtf'],
      'lynkeos.app-common': [
        'usr/share/GNUstep/Lynkeos.app/en.lproj',
        'usr/share/GNUstep/Lynkeos.app/fr.lproj',
      ],
      pampi: ['usr/share/pampi/libs/win'],
      'pd-pmpd': ['usr/lib/pd/extra/pmpd/manual'],
      'preview.app': ['usr/share/GNUstep/Preview.app'],
      'renaissance-doc': ['usr/share/doc/renaissance-doc/examples/Examples/Applications/Ink'],
      'sc3-plugins-language': ['usr/share/SuperCollider/Extensions/SC3plugins/BhobUGens/help'],
      syncplay: ['usr/lib/python3/dist-packages/syncplay/resources'],
      'timemon.app': ['usr/share/GNUstep/TimeMon.app'],
      topparser: ['usr/share/doc/topparser'],
      'tryton-modules-account': ['usr/lib/python3/dist-packages/trytond/modules/account'],
      'tryton-modules-account-asset': ['usr/lib/python3/dist-packages/trytond/modules/account_asset'],
      'tryton-modules-account-dunning-letter': [
        'usr/lib/python3/dist-packages/trytond/modules/account_dunning_letter',
      ],
      'tryton-modules-account-invoice': ['usr/lib/python3/dist-packages/trytond/modules/account_invoice'],
      'tryton-modules-account-payment-sepa': [
        'usr/lib/python3/dist-packages/trytond/modules/account_payment_sepa',
      ],
      'tryton-modules-account-statement': ['usr/lib/python3/dist-packages/trytond/modules/account_statement'],
      'tryton-modules-company': ['usr/lib/python3/dist-packages/trytond/modules/company'],
      'tryton-modules-party': ['usr/lib/python3/dist-packages/trytond/modules/party'],
      'tryton-modules-purchase': ['usr/lib/python3/dist-packages/trytond/modules/purchase'],
      'tryton-modules-purchase-request-quotation': [
        'usr/lib/python3/dist-packages/trytond/modules/purchase_request_quotation',
      ],
      'tryton-modules-sale': ['usr/lib/python3/dist-packages/trytond/modules/sale'],
      'tryton-modules-stock': ['usr/lib/python3/dist-packages/trytond/modules/stock'],
      'tryton-modules-stock-package': ['usr/lib/python3/dist-packages/trytond/modules/stock_package'],
      'volumecontrol.app': ['usr/share/GNUstep/VolumeControl.app'],
      'vtk9-examples': ['usr/share/doc/vtk9-examples/examples/Examples/GUI/Cocoa/Documentation'],
    },
    perFolder: 4,
    wanted: OLDER,
  },
} satisfies Record<string, Corpus>;
